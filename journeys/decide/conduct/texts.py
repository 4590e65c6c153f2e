"""Words and layout: guarantee, lure, forecast, confusion, warning (M rows)."""

from journeys.decide.conduct.finding import Answer, Asked
from journeys.decide.conduct.told import Told
from journeys.decide.verdict import ALLOW, BLOCK
from journeys.lexicon.lexicon import screen

BENCHMARK_LAYOUT = "BENCHMARK_LAYOUT"
MIXED_ZONE = "MIXED_ZONE"


def words(told: Told, asked: Asked) -> Answer:
    """M01, M02: the classes of the row."""
    return _answer(*_hits(told, asked))


def forecast(told: Told, asked: Asked) -> Answer:
    """M03: words, and a benchmark without its basis, alone or standing out; none is well."""
    hits = _hits(told, asked)
    if told.has("benchmark"):
        shown = told.part("benchmark")
        if not shown.flag("has_basis") or shown.flag("alone") or shown.flag("prominent"):
            hits.append(BENCHMARK_LAYOUT)
    return _answer(*hits)


def confusion(told: Told, asked: Asked) -> Answer:
    """M04: words, and deposits and products in one zone. No zone is said where nothing is shown."""
    hits = _hits(told, asked)
    if told.has("mixed_zone") and told.flag("mixed_zone"):
        hits.append(MIXED_ZONE)
    return _answer(*hits)


def warning(told: Told, _: Asked) -> Answer:
    """M05."""
    holds = told.flag("risk_warning") and told.flag("facts_equal_contract")
    return Answer(ALLOW if holds else BLOCK)


def _hits(told: Told, asked: Asked) -> list[str]:
    own = {each.id for each in asked.lexicon.classes if each.rule == asked.rule.id}
    return [hit for hit in screen(told.word("text"), asked.lexicon) if hit in own]


def _answer(*hits: str) -> Answer:
    return Answer(BLOCK if hits else ALLOW, hits=tuple(sorted(hits)))
