"""What core systems say and cannot be taken as it stands: named, and the score is less sure.

A position in doubt lowers coverage by its share of the dimensions that read holdings, a profile in
doubt by the dimensions that read what is in doubt, until core says it anew. So a score is hidden
before it is wrong without a sign.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from msgspec.structs import replace

from journeys.client.state import Holding
from journeys.client.steps.draft import Draft
from journeys.client.wealth.book import BASIS
from journeys.client.wealth.score import BLENDED, Score
from journeys.summed import summed
from schemas.facts import Effect
from schemas.reference import Product
from schemas.signals import corebank
from schemas.signals.corebank import PositionCause

MARKET = "CNY"
UNKNOWN_AMOUNT = -1
"""Of a doubt: nobody knows how much of the book it is, so all of it."""
GAP, GOALS, BIRTH = "gap", "goals", "birth"
"""Of a profile: a version never seen, goals in the past, a birthday in the future."""
_SPEAKS_ANEW = frozenset({PositionCause.CORRECTION, PositionCause.RESYNC})
"""These may rest on an older day: they mend what was said before."""
_READERS: Final = {GOALS: frozenset({6}), BIRTH: frozenset({2, 3})}
_PROFILE: Final = frozenset({1, 2, 3, 5, 6, 8, 9})
"""Dimensions that read anything of a profile; D4 and D7 read the book alone."""


class Complaint(NamedTuple):
    """Why a position is not simply booked."""

    effect: Effect
    reason: str

    @property
    def is_booked(self) -> bool:
        """A gap is told and booked all the same: the position is absolute."""
        return self.effect is Effect.VERSION_GAP

    @property
    def keeps_old(self) -> bool:
        """The book keeps what it knows: the newer valuation, or the one of two that came first."""
        return self.reason in {"older_valuation", "contradicts_itself", "reversed"}


def of_position(
    said: corebank.Position, old: Holding | None, product: Product | None
) -> Complaint | None:
    """What is wrong with a position, if anything."""
    return _in_itself(said, product) or (None if old is None else _after(said, old))


def of_product(product: Product | None, fee_class: str | None) -> str | None:
    """Why a lot cannot be booked under these facts, if it cannot."""
    if product is None:
        return "unknown_product"
    if sum(product.look_through_bp) != BASIS:
        return "look_through_not_whole"
    if fee_class and product.fee_classes_bp and fee_class not in product.fee_classes_bp:
        return "unknown_fee_class"
    return None


def contradicts(said: corebank.Position, old: Holding, mark: int) -> bool:
    """Does it say something else than what was booked at the same version?

    The same event again does not, nor does anything once the holding is in doubt.
    """
    if said.version != old.version or old.cause == mark or old.doubt:
        return False
    booked = 0 if old.lot is None else old.lot.value_fen
    is_same = said.value.amount_minor == booked and said.maturity == old.maturity
    return not is_same or (old.lot is not None and said.rolls_over != old.lot.rolls_over)


def _in_itself(said: corebank.Position, product: Product | None) -> Complaint | None:
    unsound = of_product(product, said.fee_class)
    if unsound is not None:
        return Complaint(Effect.NOT_BOOKED, unsound)
    if said.value.currency != MARKET:
        return Complaint(Effect.NOT_BOOKED, "not_in_market_currency")
    if said.value.amount_minor < 0:
        return Complaint(Effect.NOT_BOOKED, "negative_position")
    if said.value.amount_minor and said.units is not None and not float(said.units):
        return Complaint(Effect.NOT_BOOKED, "value_without_units")
    return None


def _after(said: corebank.Position, old: Holding) -> Complaint | None:
    if said.cause in _SPEAKS_ANEW:
        return None
    if said.as_of < old.as_of:
        return Complaint(Effect.NOT_BOOKED, "older_valuation")
    if said.version > old.version + 1:
        return Complaint(Effect.VERSION_GAP, "resync_wanted")
    return None


def amount(said: corebank.Position, complaint: Complaint | None) -> int:
    """How much is in doubt, fen; 0 if nothing is."""
    if complaint is None:
        return 0
    if said.value.currency != MARKET:
        return UNKNOWN_AMOUNT
    return max(1, abs(said.value.amount_minor))


def reversed_change(mark: int) -> str:
    """The doubt that a reversed profile change leaves where it cannot be taken back."""
    return f"reversed:{mark:x}"


def surely(draft: Draft, score: Score) -> Score:
    """The score with coverage lowered by what is in doubt."""
    doubts = [holding.doubt for holding in draft.holdings if holding.doubt]
    told = draft.household.doubts
    if not (doubts or told):
        return score
    rules = draft.edition.wealth.total
    held = summed(weight for weight, is_held in zip(rules.weights, BLENDED, strict=True) if is_held)
    unsure = _share(draft, doubts) * held + _told(score, told, rules.weights)
    coverage = max(0.0, score.coverage - unsure / summed(rules.weights))
    return replace(score, coverage=coverage, shown=coverage >= rules.shown_from)


def _share(draft: Draft, doubts: Collection[int]) -> float:
    """Of the book, what is in doubt."""
    if not doubts or UNKNOWN_AMOUNT in doubts:
        return float(bool(doubts))
    booked = sum(
        holding.lot.value_fen
        for holding in draft.holdings
        if holding.lot is not None and not holding.doubt
    )
    return sum(doubts) / (booked + sum(doubts))


def _told(score: Score, doubts: tuple[str, ...], weights: tuple[float, ...]) -> float:
    """The weight of dimensions that read what is in doubt; a missing one counts already."""
    in_doubt = frozenset[int]().union(*(_READERS.get(doubt, _PROFILE) for doubt in doubts))
    return summed(
        weight
        for number, (weight, missing) in enumerate(zip(weights, score.missing, strict=True), 1)
        if number in in_doubt and not missing
    )
