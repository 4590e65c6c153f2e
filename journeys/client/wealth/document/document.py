"""One diagnosis, account and portfolio: findings, x-ray, returns and remedies of one day's data."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from journeys.client.wealth.book import book_of
from journeys.client.wealth.diagnosis import Diagnosis, diagnose
from journeys.client.wealth.document.xray import XRay, xray
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies.prescribe import Held, Prescribed, prescribe_for
from journeys.client.wealth.returns.account import Account, Earned, earned
from journeys.client.wealth.returns.rules import ReturnRules
from journeys.client.wealth.score import Label, Score, appraise
from journeys.client.wealth.standing import stand

PORTFOLIO = (3, 4, 5, 7)
ACCOUNT = (1, 2, 6, 8, 9)


class Mode(StrEnum):
    """Who went through it."""

    ASSISTED = "assisted"
    SELF_SERVICE = "self_service"


class Finding(msgspec.Struct, frozen=True):
    """One dimension: points earned and lost, and what would bring them back."""

    dimension: int
    points: float
    lost: float
    is_missing: bool
    """An answer is missing: the points are imputed."""
    remedy: Prescribed | None


class Document(msgspec.Struct, frozen=True):
    """A diagnosis as shown. Both halves rest on the same day's data."""

    mode: Mode
    score: Score
    drivers: Diagnosis
    portfolio: tuple[Finding, ...]
    """持仓诊断: D3, D4, D5, D7."""
    account: tuple[Finding, ...]
    """账户诊断: D1, D2, D6, D8, D9."""
    xray: XRay
    earned: Earned | None
    """`None` where flows and values of the account are not known."""

    @property
    def is_complete(self) -> bool:
        """Could everything be judged: every answer there, and the returns with them?"""
        return not any(self.score.missing) and self.earned is not None


def document(
    held: Held,
    profile: Profile,
    parameters: WealthParameters,
    *,
    mode: Mode,
    history: tuple[Account, ReturnRules] | None = None,
    previous_label: Label | None = None,
) -> Document:
    """Diagnose a client.

    Args:
        held: lots with their facts.
        profile: the household.
        parameters: the set in force.
        mode: assisted or self-service.
        history: flows and values of the client's accounts, and how returns are measured.
        previous_label: the label set before, which a total near a cut keeps.
    """
    book = book_of(held, parameters)
    drivers = diagnose(book, profile, parameters)
    score = appraise(drivers, book.value_fen, parameters, previous_label=previous_label)
    prescribed = prescribe_for(held, drivers, score, stand(book, profile, parameters))
    remedies = {one.remedy.dimension: one for one in prescribed}
    return Document(
        mode=mode,
        score=score,
        drivers=drivers,
        portfolio=_findings(PORTFOLIO, score, remedies, parameters),
        account=_findings(ACCOUNT, score, remedies, parameters),
        xray=xray(held, parameters),
        earned=None if history is None else earned(history[0], rules=history[1]),
    )


def _findings(
    dimensions: Sequence[int],
    score: Score,
    remedies: dict[int, Prescribed],
    parameters: WealthParameters,
) -> tuple[Finding, ...]:
    weights = parameters.total.weights
    return tuple(
        Finding(
            dimension=dimension,
            points=score.points[dimension - 1],
            lost=weights[dimension - 1] - score.points[dimension - 1],
            is_missing=score.missing[dimension - 1],
            remedy=remedies.get(dimension),
        )
        for dimension in dimensions
    )
