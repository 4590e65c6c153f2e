"""What a propensity may look at, and how outcomes are learned, from TOML."""

from typing import Final

from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.rows import Row
from journeys.learning.naive_bayes import Rules
from journeys.learning.predictor import FORBIDDEN, MOST_BINS, UNITS, Predictor
from schemas.time import DAY

_WORD: Final = "word"
_LEAST_LABELS: Final = 20
"""With fewer, no model is told from chance."""
_MOST_OUTCOMES: Final = 100_000


def predictor(row: Row) -> list[Dated]:
    """One predictor: a measure, with the bins that it is cut into."""
    measure = row.name("id")
    if measure in FORBIDDEN:
        row.fault(f"'{measure}' is no predictor: {FORBIDDEN[measure]}; remove the row", "id")
    elif measure:
        row.known("id", measure, UNITS, what="measure")
    unit = UNITS.get(measure, "")
    if row.text("unit") != unit and unit:
        row.fault(f"'{measure}' is measured otherwise; write unit = \"{unit}\"", "unit")
    found = Predictor(
        id=measure,
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        cuts=row.numbers("cuts"),
        words=row.names("words"),
    )
    _check_bins(row, found, is_word=unit == _WORD)
    return dated(row, "predictor", (measure,), found)


def _check_bins(row: Row, found: Predictor, *, is_word: bool) -> None:
    wanted, other = ("words", "cuts") if is_word else ("cuts", "words")
    if getattr(found, other) or not getattr(found, wanted):
        row.fault(f"'{found.id}' is cut by {wanted}; write {wanted} = […] and no {other}", other)
    if found.size > MOST_BINS:
        row.fault(
            f"'{found.id}' has {found.size} bins, what is missing and what is beyond counted; "
            f"at most {MOST_BINS}",
            wanted,
        )
    if list(found.cuts) != sorted(set(found.cuts)):
        row.fault("'cuts' do not ascend; write each once, in order", "cuts")
    if len(set(found.words)) != len(found.words):
        row.fault("'words' repeat; write each once", "words")


def learning(row: Row) -> list[Dated]:
    """How fast outcomes fade, how much is wanted of them, and when they close."""
    rules = Rules(
        half_life=row.number("half_life", least=1, most=_MOST_OUTCOMES),
        half_life_bands=row.number("half_life_bands", least=1, most=_MOST_OUTCOMES),
        half_life_base=row.number("half_life_base", least=1, most=_MOST_OUTCOMES),
        bands=row.numbers("bands"),
        base_weight=row.number("base_weight", least=1, most=1000),
        whole_at=row.count("whole_at", least=1),
        least_labels=row.count("least_labels", least=_LEAST_LABELS, most=_MOST_OUTCOMES),
        auc_most=row.number("auc_most", least=0.5, most=1),
        digital_window=row.span("digital_window", least=DAY),
        adviser_window=row.span("adviser_window", least=DAY),
    )
    if not rules.bands or list(rules.bands) != sorted(set(rules.bands)):
        row.fault("'bands' do not ascend; write each cut once, in order", "bands")
    return dated(row, "learning", ("learning",), rules)
