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
    book, facts = proposal.after, proposal.facts
    found = (
        rule_on_level(_grade(proposal), policy),
        *_duties(proposal, policy),
        rule_on_tenor(proposal.days_to_maturity, proposal.profile, policy),
        rule_on_liquidity(_reserve(proposal), book.liquid, policy),
        rule_on_concentration(heaviest(book, facts), book.value_fen, policy),
    )
    return tuple(one for one in found if one is not None)


def _duties(proposal: Proposal, policy: Suitability) -> Iterator[Ruling]:
    if proposal.told is not None:
        purchase = Purchase(
            regime=proposal.regime,
            level=proposal.facts.level,
            amount_fen=proposal.amount_fen,
            liquid=proposal.after.liquid,
            private=proposal.private,
        )
        yield from duties(purchase, proposal.told, policy)


def blocks(rulings: tuple[Ruling, ...]) -> tuple[Ruling, ...]:
    """Those that say no."""
    return tuple(ruling for ruling in rulings if ruling.verdict == "block")


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


def rule_on_tenor(days: int | None, profile: Profile, policy: Suitability) -> Ruling | None:
    """What matters is when it matures; what never does is sold when it is wanted."""
    years = profile.horizon_years
    if days is None:
        return None
    version = _version("tenor", policy)
    if years is None:
        return Ruling("tenor", version, "block", WithheldReason.DATA_MISSING, "H")
    limit = years * _YEAR_DAYS
    if days <= limit:
        return Ruling("tenor", version, "allow", None, days, limit)
    return Ruling("tenor", version, "block", WithheldReason.TENOR_TOO_LONG, days, limit)


class Reserve(NamedTuple):
    """What the liquidity row reads of the client."""

    liquid: int
    """Before the purchase; units of `Book.liquid`."""
    months_needed: float
    profile: Profile
    told: Inputs | None


def rule_on_liquidity(reserve: Reserve, liquid: int, policy: Suitability) -> Ruling | None:
    """Only a purchase that lowers what is liquid can be refused for the reserve."""
    if liquid >= reserve.liquid:
        return None
    version, said = _version("liquidity", policy), reserve.profile
    if said.essential_spending is None:
        return Ruling("liquidity", version, "block", WithheldReason.DATA_MISSING, "E")
    if reserve.told is not None and reserve.told.get("monthly_need") is None:
        # A debt that nobody told of is no debt of 0 where a sale rests on it.
        return Ruling("liquidity", version, "block", WithheldReason.DATA_MISSING, "monthly_need")
    outgo = said.essential_spending + said.debt_service
    if not outgo:
        return None
    months, needed = liquid / (LIQUID_STEPS * outgo), reserve.months_needed
    if months >= needed:
        return Ruling("liquidity", version, "allow", None, months, needed)
    return Ruling("liquidity", version, "block", WithheldReason.LIQUIDITY_AFTER, months, needed)


def _reserve(proposal: Proposal) -> Reserve:
    liquid = proposal.before.liquid
    return Reserve(liquid, proposal.months_needed, proposal.profile, proposal.told)


def heaviest(book: Book, facts: ProductFacts) -> int:
    """Quarters of a fen that concentrate in the product or with its issuer, whichever is more."""
    of_product = book.products.get(facts.product, (0, 0, 0))[1]
    return max(of_product, book.issuers.get(facts.issuer, 0))


def rule_on_concentration(quarters: int, value_fen: int, policy: Suitability) -> Ruling | None:
    """The weighed share of the product or of its issuer in a book of this value."""
    if not quarters or not value_fen:
        return None
    share, limit = quarters / (KIND_STEPS * value_fen), policy.concentration
    version = _version("concentration", policy)
    if share <= limit:
        return Ruling("concentration", version, "allow", None, share, limit)
    why = WithheldReason.CONCENTRATION
    return Ruling("concentration", version, "block", why, share, limit)


def _version(rule: str, policy: Suitability) -> str:
    row = policy.rules.get(rule)
    return "" if row is None else row.version
