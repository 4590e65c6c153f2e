"""Small tables about wealth: advice, returns, promoters, diagnoses, a book of clients.

The score's own numbers are no small table: `wealth.toml` is read by its room.
"""

import re
from typing import Final

from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.edition import AdviceRules, Stage
from journeys.catalogue.rows import Row
from journeys.catalogue.vocabulary import TIERS
from journeys.client.wealth.document.plan import PlanRules
from journeys.client.wealth.returns.rules import PromoterRules, ReturnRules
from schemas.time import DAY, HOUR

_DAY_OF_YEAR: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8]|30|31)")
_SHORT_MONTHS: Final = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
"""Months in which not every day up to the 31st exists in every year."""


def advice(row: Row) -> list[Dated]:
    """What advice is worth proposing."""
    rules = AdviceRules(
        least_gain=row.number("least_gain_points", least=0, most=100),
        worthy_part=row.share("worthy_part"),
        shown=row.count("shown", least=1, most=20),
        most_trades=row.count("most_trades", least=1, most=20),
    )
    return dated(row, "advice", ("advice",), rules)


def returns(row: Row) -> list[Dated]:
    """How client returns are measured."""
    rules = ReturnRules(
        large_flow=row.share("large_flow"),
        least_days=row.span("least_span", least=DAY) // DAY,
        least_growth=row.number("least_growth", least=1e-9, most=0.99),
        most_growth=row.number("most_growth", least=1.01, most=1e9),
        scan_steps=row.count("scan_steps", least=100, most=1_000_000),
    )
    if not rules.large_flow:
        row.fault("a flow of 0% would always be large; write a share above 0", "large_flow")
    return dated(row, "returns", ("returns",), rules)


def promoters(row: Row) -> list[Dated]:
    """When a promoter score is published, and how often a client is asked."""
    rules = PromoterRules(
        publish_from=row.count("publish_from", least=1),
        ask_every=row.span("ask_every", least=DAY),
        ask_share=row.share("ask_share"),
        ask_stands=row.span("ask_stands", least=HOUR),
    )
    return dated(row, "promoters", ("promoters",), rules)


def plan(row: Row) -> list[Dated]:
    """The diagnoses that a private client is owed in a year."""
    due = tuple(_day_of_year(row, said) for said in row.names("due"))
    if not due or list(due) != sorted(set(due)):
        row.fault('\'due\' must name days in order, such as ["06-30", "12-31"]', "due")
    rules = PlanRules(
        apart_days=row.span("apart", least=DAY) // DAY,
        due=due,
        tiers=row.names("tiers", TIERS),
        again_after=row.span("again_after", least=DAY),
        first_within=row.span("first_within", least=DAY),
    )
    return dated(row, "plan", ("plan",), rules)


def _day_of_year(row: Row, said: str) -> tuple[int, int]:
    found = _DAY_OF_YEAR.fullmatch(said)
    month, day = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 0 < day <= _SHORT_MONTHS.get(month, 31):
        row.fault(f"'{said}' is no day of every year; write it as 06-30", "due")
    return month, day


def book(row: Row) -> list[Dated]:
    """Whom an adviser's book compares, what holds credit, and what forbids pay."""
    terms = {
        "coverage": row.share("coverage"),
        "before_diagnosis": row.span("before_diagnosis") // DAY,
        "undone_within": row.span("undone_within") // DAY,
        "facts_within": row.span("facts_within") // DAY,
        "last_days": row.span("last_days") // DAY,
        "retyped": row.share("retyped"),
        "violations_most": row.count("violations_most"),
        "complaints_most": row.count("complaints_most"),
    }
    return dated(row, "book", ("book",), terms)


def stage(row: Row) -> list[Dated]:
    """A target of a book, and the share of the bonus that it pays."""
    name = row.name("id")
    found = Stage(name, row.number("points", least=0.1, most=100), row.share("pays"))
    return dated(row, "stage", (name,), found)
