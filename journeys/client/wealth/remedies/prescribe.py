"""All remedies of one client, the most points first."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from journeys.client.wealth.book import Lot, book_of
from journeys.client.wealth.diagnosis import Diagnosis, diagnose
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.remedies import costs, household, mix, spread
from journeys.client.wealth.remedies.remedy import Remedy
from journeys.client.wealth.score import BLENDED, Score, appraise, blend
from journeys.client.wealth.standing import Standing, stand

Held = Sequence[tuple[Lot, ProductFacts]]
"""Lots with the facts they were booked under."""


class Prescribed(msgspec.Struct, frozen=True):
    """A remedy and the points it would bring, done alone."""

    remedy: Remedy
    gain_points: float


def prescribe(held: Held, profile: Profile, parameters: WealthParameters) -> list[Prescribed]:
    """Every dimension short of its full share, with what would lift it."""
    book = book_of(held, parameters)
    diagnosis = diagnose(book, profile, parameters)
    score = appraise(diagnosis, book.value_fen, parameters)
    return prescribe_for(held, diagnosis, score, stand(book, profile, parameters))


def prescribe_for(
    held: Held, diagnosis: Diagnosis, now: Score, standing: Standing
) -> list[Prescribed]:
    """The same for a client already diagnosed and scored."""
    found = [_gain(one, now, standing) for one in remedies(standing, diagnosis, held)]
    return sorted(found, key=lambda one: (-one.gain_points, one.remedy.dimension))


def remedies(standing: Standing, diagnosis: Diagnosis, held: Held) -> list[Remedy]:
    """Remedies by dimension; none where the share is full or an input is missing."""
    found = (
        household.liquidity(standing),
        household.protection(standing, diagnosis),
        mix.allocation(standing, diagnosis),
        spread.concentration(standing, diagnosis, held),
        mix.risk(standing, diagnosis, held),
        household.goal(standing, diagnosis),
        costs.fees(standing, diagnosis, held),
        household.idle(standing, diagnosis, [lot for lot, _ in held]),
        household.debt(standing, diagnosis),
    )
    return [_blended(one, standing) for one in found if one is not None]


def _blended(remedy: Remedy, standing: Standing) -> Remedy:
    if not BLENDED[remedy.dimension - 1]:
        return remedy
    rules = standing.parameters.total
    return replace(remedy, level=blend(remedy.level, standing.book.value_fen, rules))


def _gain(remedy: Remedy, now: Score, standing: Standing) -> Prescribed:
    at = remedy.dimension - 1
    after = standing.parameters.total.weights[at] * remedy.level
    return Prescribed(remedy, after - now.points[at])
