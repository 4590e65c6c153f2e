"""The product gate: every row that applies is run; one that blocks is never bought off by points.

A row reads its inputs only where it applies; an input that it comes to read and that is missing
blocks, and is named.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import msgspec

from journeys.catalogue.edition import Suitability
from journeys.client.wealth.book import KIND_STEPS, LIQUID_STEPS, Book
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.profile import Profile
from journeys.decide.conduct.judge import judge_alone
from journeys.decide.conduct.told import Value
from journeys.decide.matching.duties import Inputs, Purchase, duties
from journeys.decide.verdict import Kind, Ruling
from schemas.decisions import WithheldReason

_YEAR_DAYS = 365
Initiator = Literal["bank", "client"]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase that may be proposed, with the book before and after it."""

    facts: ProductFacts
    """Its level is the higher of issuer's and seller's (S05)."""
    regime: str | None
    """`None` where it is not said: the map of levels to classes alone holds (S04)."""
    days_to_maturity: int | None
    profile: Profile
    before: Book
    after: Book
    months_needed: float
    initiator: Initiator = "bank"
    warned: bool = False
    """Told that it does not suit, and the special warning signed (S03)."""
    on_objective: bool | None = True
    """Moves start from remedies of the client's own target: that is the stated objective."""
    amount_fen: int = 0
    private: str | None = None
    """What a product that is placed privately invests in."""
    told: Inputs | None = None
    """What the client's record tells; `None` runs the rows of the product alone."""


class Grade(NamedTuple):
    """What the rows on levels read: of a purchase all but its effect on the book."""

    regime: str | None
    level: int
    risk_class: int | None
    initiator: Initiator = "bank"
    on_objective: bool | None = True
    warned: bool = False


def rule_on(proposal: Proposal, policy: Suitability) -> tuple[Ruling, ...]:
    """Every row that applies, in the table's order; the first that blocks is the reason shown."""
    return tuple(
        _stamped(found, policy)
        for found in (
            rule_on_level(_grade(proposal), policy),
            *_duties(proposal, policy),
            _tenor(proposal),
            _liquidity(proposal),
            _concentration(proposal, policy.concentration),
        )
        if found is not None
    )


def _duties(proposal: Proposal, policy: Suitability) -> Iterator[Ruling]:
    if proposal.told is not None:
        purchase = Purchase(
            regime=proposal.regime,
            level=proposal.facts.level,
            amount_fen=proposal.amount_fen,
            after=proposal.after,
            private=proposal.private,
        )
        yield from duties(purchase, proposal.told, policy)


def blocks(rulings: tuple[Ruling, ...]) -> tuple[Ruling, ...]:
    """Those that say no."""
    return tuple(ruling for ruling in rulings if ruling.verdict == "block")


def _stamped(ruling: Ruling, policy: Suitability) -> Ruling:
    row = policy.rules.get(ruling.rule)
    return ruling if row is None else msgspec.structs.replace(ruling, version=row.version)


def _grade(proposal: Proposal) -> Grade:
    return Grade(
        proposal.regime,
        proposal.facts.level,
        proposal.profile.risk_class,
        proposal.initiator,
        proposal.on_objective,
        proposal.warned,
    )


def rule_on_level(grade: Grade, policy: Suitability) -> Ruling | None:
    """S01 without override; S02 for what the bank proposes; S03 for what the client wishes.

    The first row of the table: where it blocks, it is the reason, whatever the others say.
    """
    if grade.regime == "DEP":
        return None
    by_client = grade.regime == "CSRC" and grade.initiator == "client"
    rule = {"NFRA": "s01", "CSRC": "s03" if by_client else "s02"}.get(grade.regime or "", "s04")
    level, risk_class = grade.level, grade.risk_class
    found = judge_alone(policy.levels[rule], _told(grade))
    if found.missing is not None:
        return Ruling(rule, found.version, "block", WithheldReason.DATA_MISSING, found.missing)
    match found.verdict.kind:
        case Kind.ALLOW:
            return Ruling(rule, found.version, "allow", None, level, risk_class)
        case Kind.STEPS:
            steps = tuple(sorted(found.verdict.steps))
            return Ruling(rule, found.version, "steps", None, level, risk_class, steps)
        case _:
            why = WithheldReason.RISK_ABOVE_CLASS
            return Ruling(rule, found.version, "block", why, level, risk_class)


def _told(grade: Grade) -> dict[str, Value | None]:
    return {
        "regime": grade.regime,
        "initiator": "client" if grade.initiator == "client" else "RM",
        "R": grade.level,
        "R_issuer": grade.level,
        "R_seller": grade.level,
        "C": grade.risk_class,
        "on_objective": grade.on_objective,
        **dict.fromkeys(("told_unsuitable", "special_warning_signed"), grade.warned),
    }


def _tenor(proposal: Proposal) -> Ruling | None:
    """What matters is when it matures; what never does is sold when it is wanted."""
    days, years = proposal.days_to_maturity, proposal.profile.horizon_years
    if days is None:
        return None
    if years is None:
        return Ruling("tenor", "", "block", WithheldReason.DATA_MISSING, "H")
    limit = years * _YEAR_DAYS
    if days <= limit:
        return Ruling("tenor", "", "allow", None, days, limit)
    return Ruling("tenor", "", "block", WithheldReason.TENOR_TOO_LONG, days, limit)


def _liquidity(proposal: Proposal) -> Ruling | None:
    """Only a purchase that lowers what is liquid can be refused for the reserve."""
    if proposal.after.liquid >= proposal.before.liquid:
        return None
    told = proposal.profile
    if told.essential_spending is None:
        return Ruling("liquidity", "", "block", WithheldReason.DATA_MISSING, "E")
    if proposal.told is not None and proposal.told.get("monthly_need") is None:
        # A debt that nobody told of is no debt of 0 where a sale rests on it.
        return Ruling("liquidity", "", "block", WithheldReason.DATA_MISSING, "monthly_need")
    outgo = told.essential_spending + told.debt_service
    if not outgo:
        return None
    months = proposal.after.liquid / (LIQUID_STEPS * outgo)
    needed = proposal.months_needed
    if months >= needed:
        return Ruling("liquidity", "", "allow", None, months, needed)
    return Ruling("liquidity", "", "block", WithheldReason.LIQUIDITY_AFTER, months, needed)


def _concentration(proposal: Proposal, limit: float) -> Ruling | None:
    """The weighed share of the product or of its issuer, whichever is larger."""
    book, facts = proposal.after, proposal.facts
    quarters = max(
        book.products.get(facts.product, (0, 0, 0))[1], book.issuers.get(facts.issuer, 0)
    )
    if not quarters or not book.value_fen:
        return None
    share = quarters / (KIND_STEPS * book.value_fen)
    if share <= limit:
        return Ruling("concentration", "", "allow", None, share, limit)
    return Ruling("concentration", "", "block", WithheldReason.CONCENTRATION, share, limit)
