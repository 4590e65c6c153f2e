"""The rows of law beside the levels that decide a sale: test, means, age, capacity, private, cover.

They read what the client's own record tells (`told`) and what the purchase does. A row that comes
to read a missing answer blocks and names it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from journeys.catalogue.edition import ConductRule, Suitability
from journeys.client.wealth.book import LIQUID_STEPS
from journeys.decide.conduct.judge import judge_alone
from journeys.decide.conduct.months import months_later
from journeys.decide.conduct.router import route
from journeys.decide.conduct.told import Told, Value
from journeys.decide.verdict import Kind, Ruling
from schemas.decisions import WithheldReason

Inputs = Mapping[str, Value | None]
"""By the names of the conduct table; money in fen."""
Shown = tuple[str | int | float | None, str | int | float | None]
"""What a row read, and its limit."""
_BASIS: Final = 100
_LICENCE: Final = "s20"


class Purchase(NamedTuple):
    """What is bought, as these rows read it."""

    regime: str | None
    level: int
    """The higher of issuer's and seller's (S05)."""
    amount_fen: int
    liquid: int
    """What stays liquid after it, as `Book.liquid` counts it."""
    private: str | None
    """By what it invests in, if it is placed privately."""


OF_PURCHASE: Final[Mapping[str, tuple[str, ...]]] = {
    "s05": ("R_issuer", "R_seller"),
    "s07": (),
    "s09": (),
    "s10": (),
    "s12": ("R_issuer", "R_seller"),
    "s13": ("R_issuer", "R_seller"),
}
"""All that a row may read of a purchase, of the rows that read neither amount nor what it leaves.

Such a row answers alike for all purchases that agree in this. A test has each of them read.
"""

OF_AMOUNT: Final = frozenset({"amount", "liquid_after"})
"""What every purchase tells by itself, whoever the client is."""


def duties(purchase: Purchase, told: Inputs, policy: Suitability) -> Iterator[Ruling]:
    """Every row that applies, in the table's order. The licence only where the seller is told."""
    rows = route(
        policy.sale.values(),
        regime=purchase.regime,
        purpose="sale",
        is_private=purchase.private is not None,
    )
    if rows is None:
        row = policy.levels["s01"]
        yield Ruling(row.id, row.version, "block", WithheldReason.DATA_MISSING, "regime")
        return
    inputs = {**told, **bought(purchase)}
    for row in rows:
        if is_asked(row, told):
            found = ruling_on(row, inputs)
            if found is not None:
                yield found


def is_asked(row: ConductRule, told: Inputs) -> bool:
    """The licence is asked only where the seller is told."""
    return row.id != _LICENCE or "licence_until" in told


def bought(purchase: Purchase) -> dict[str, Value | None]:
    """What the rows read of a purchase, by the names of the conduct table."""
    return {
        "regime": purchase.regime,
        "R_issuer": purchase.level,
        "R_seller": purchase.level,
        "amount": purchase.amount_fen,
        "liquid_after": purchase.liquid / LIQUID_STEPS,
        "private": purchase.private is not None,
        "private_type": purchase.private,
    }


def ruling_on(row: ConductRule, inputs: Inputs) -> Ruling | None:
    """What one row answers; `None` where it is about something else."""
    found = judge_alone(row, inputs)
    if not found.answer.applies:
        return None
    if found.missing is not None:
        why = WithheldReason.DATA_MISSING
        return Ruling(row.id, row.version, "block", why, found.missing)
    shown = _SHOWN.get(row.id)
    value, limit = (None, None) if shown is None else shown(Told(inputs), row)
    match found.verdict.kind:
        case Kind.ALLOW:
            return Ruling(row.id, row.version, "allow", None, value, limit)
        case Kind.STEPS:
            steps = tuple(sorted(found.verdict.steps))
            return Ruling(row.id, row.version, "steps", None, value, limit, steps)
        case _:
            return Ruling(row.id, row.version, "block", _REASONS[row.id], value, limit)


def most_by_means(told: Inputs, policy: Suitability) -> int | None:
    """The most to propose under S11, fen; `None` where the client's means are unknown."""
    worth = told.get("fin_net_worth")
    if not isinstance(worth, int):
        return None
    most = max(0, worth) * policy.sale["s11"].numbers["most_percent"] // _BASIS
    return int(most * (1 - policy.means_headroom))


def _test(told: Told, row: ConductRule) -> Shown:
    taken = told.day("test_date")
    return taken.isoformat(), months_later(taken, row.numbers["test_months"]).isoformat()


def _means(told: Told, row: ConductRule) -> Shown:
    """The amount; once that is within the limit, what stays liquid."""
    amount, worth = told.number("amount"), told.number("fin_net_worth")
    most = row.numbers["most_percent"] * worth / _BASIS
    if amount > most:
        return amount, most
    return told.number("liquid_after"), row.numbers["least_months"] * told.number("monthly_need")


_REASONS: Final[Mapping[str, WithheldReason]] = {
    "s07": WithheldReason.TEST_EXPIRED,
    "s10": WithheldReason.TEST_EXPIRED,
    "s11": WithheldReason.BEYOND_MEANS,
    "s13": WithheldReason.CAPACITY_LIMITED,
    "s16": WithheldReason.NOT_QUALIFIED,
    "s20": WithheldReason.NO_LICENCE,
}
"""Of the rows that may say no with all they read at hand."""
_SHOWN: Final[Mapping[str, Callable[[Told, ConductRule], Shown]]] = {
    "s05": lambda told, _: (told.level(), None),
    "s07": _test,
    "s09": lambda told, _: (told.number("new_C"), told.number("last_C")),
    "s11": _means,
    "s12": lambda told, row: (told.number("age"), row.numbers["age"]),
    "s13": lambda told, row: (told.word("capacity"), row.numbers["level"]),
}
