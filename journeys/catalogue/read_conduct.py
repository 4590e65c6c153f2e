"""The conduct table: one row a rule, with sources and who signs; numbers stand in their own row."""

import re
from collections.abc import Mapping
from typing import Final

from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.edition import ConductRule
from journeys.catalogue.read_policies import readings, signature
from journeys.catalogue.rows import Row

TABLE: Final = (
    *(f"s{number:02}" for number in range(1, 24)),
    *("rc01", "rc02", "rc03", "i01", "i02", "i03", "i04"),
    *(f"m{number:02}" for number in range(1, 8)),
    *(f"ct{number:02}" for number in range(1, 6)),
    *(f"pi{number:02}" for number in range(1, 9)),
    "x01",
)
"""Every row, in the order in which the first that fails is shown; none may be missing."""
LEVELS: Final = ("s01", "s02", "s03", "s04")
"""Rows that the product gate runs, one for each regime and initiator."""
SALE: Final = (*("s05", "s07", "s09", "s10", "s11", "s12", "s13", "s16", "s20", "i01", "i02"),)
"""The other rows that decide a sale. S06 and S08 are about holders and tests, S14 and S15 classify:
everybody is an ordinary investor here, which is the stricter reading."""
REGIMES: Final = ("NFRA", "CSRC", "INS", "DEP", "UL")
"""`UL` is unit-linked insurance: rows of products that insurance brings with it (I03)."""
_KINDS: Final = (
    *("predicate", "step", "hold", "timer", "job", "release", "lint", "route", "retention"),
)
_PURPOSES: Final = ("sale", "marketing", "service", "text", "test", "record", "config")
_ACTIONS: Final = (
    *("block", "suppress", "defer", "steps", "use", "refuse", "classify", "hold", "keep"),
    *("route", "timer", "check"),
)
_READ: Final = ("V", "S", "K", "D")
_CITED = re.compile(r".+\[[VSKD]\]")
_COUNTS: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "s03": (("lowest_class", 5),),
    "s07": (("test_months", 120),),
    "s08": (("tests_a_day", 100), ("tests_a_window", 100), ("window_months", 120)),
    "s11": (("most_percent", 100), ("least_months", 120)),
    "s12": (("age", 120), ("level", 5), ("measures", 4), ("think_hours", 720)),
    "s13": (("level", 5),),
    "s15": (("experience_years", 50),),
    "s16": (("experience_years", 50),),
    "s17": (("wait_hours", 720),),
    "s23": (("keep_years", 100),),
    "rc01": (("keep_months", 1_200),),
    "rc03": (("check_percent", 100),),
    "i02": (
        *(("income_times", 100), ("yearly_percent", 100)),
        *(("age_sum", 200), ("budget_percent", 1_000)),
    ),
    "i04": (("wait_days", 365),),
    "ct03": (("refused_months", 120),),
    "pi06": (("keep_years", 100),),
    "x01": (("wait_days", 365),),
}
"""What each row counts, and the most that it may say."""
_MONEY: Final[Mapping[str, tuple[str, ...]]] = {
    "s15": ("assets", "income"),
    "s16": ("family", "assets", "income", "ticket_fi", "ticket_mixed", "ticket_equity"),
}
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "s16": ("open_placements",),
    "ct01": ("channels", "messages", "way_out_zh", "way_out_en"),
}


def rule(row: Row) -> list[Dated]:
    """One row of the table."""
    rule_id = row.one_of("id", TABLE)
    found = ConductRule(
        id=rule_id,
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        version=row.shown("version"),
        regimes=row.names("regimes", REGIMES),
        source=row.shown("source"),
        read=row.one_of("read", _READ),
        signed_by=signature(row),
        told=readings(row),
        kind=row.one_of("kind", _KINDS),
        purpose=row.one_of("purpose", _PURPOSES),
        action=row.one_of("action", _ACTIONS),
        signs=row.text("signs"),
        inputs=row.names("inputs"),
        also=_cited(row),
        numbers=_numbers(row, rule_id),
        words={key: row.names(key) for key in _WORDS.get(rule_id, ())},
    )
    _check(row, found)
    return dated(row, "rule", (rule_id,), found)


def _numbers(row: Row, rule_id: str) -> dict[str, int]:
    counted = {key: row.count(key, least=1, most=most) for key, most in _COUNTS.get(rule_id, ())}
    return counted | {key: row.money(key) for key in _MONEY.get(rule_id, ())}


def _cited(row: Row) -> tuple[str, ...]:
    """Further sources: each says at its end how it was read, for tags are per source."""
    found = row.names("also")
    for each in found:
        if not _CITED.fullmatch(each):
            row.fault(
                f"source '{each}' does not say how it was read; end it with [V], [S], [K] or [D]",
                "also",
            )
    return found


def _check(row: Row, found: ConductRule) -> None:
    if not found.regimes:
        row.fault("'regimes' names no regime; write regimes = [\"NFRA\"]", "regimes")
    if (found.kind == "predicate") != bool(found.inputs):
        said = "names no inputs; write" if found.kind == "predicate" else "is not judged; leave out"
        row.fault(f"kind '{found.kind}' {said} inputs = […]", "inputs")
    for key in _WORDS.get(found.id, ()):
        if not found.words[key]:
            row.fault(f"'{key}' names nothing; write {key} = [\"…\"]", key)
