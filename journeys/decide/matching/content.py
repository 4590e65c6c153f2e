"""Content that fits a client now: by tags, to the weakest dimensions and the intents that are on.

Education, views, facts and benefits sell nothing, so no product gate stands here; what is not
approved, expired or stale is never shown, and says so.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum

import msgspec

from journeys.client.wealth.rules import Nine
from journeys.summed import summed


class Kind(StrEnum):
    """What a piece of content is."""

    EDUCATION = "education"
    VIEW = "view"
    FACT = "fact"
    BENEFIT = "benefit"


class Tag(msgspec.Struct, frozen=True):
    """A word about a product or a client: who said it, when, and until when it holds."""

    name: str
    source: str
    as_of: date
    until: date | None = None

    def holds(self, today: date) -> bool:
        """Is it in force?"""
        return self.as_of <= today and (self.until is None or today < self.until)


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """One piece, with its approval and its freshness."""

    id: str
    kind: Kind
    tags: tuple[Tag, ...]
    """Topics: an intent of the same name draws it."""
    dimensions: tuple[int, ...] = ()
    """D1 to D9 that it is about."""
    published: date
    fresh_days: int
    """A view grows old; after so many days it is not shown."""
    approved_on: date | None
    approved_until: date | None = None
    segments: tuple[str, ...] = ()
    """Client tags that it asks for; none asked, anybody."""


class Unfit(StrEnum):
    """Why a piece is not shown."""

    NOT_APPROVED = "not_approved"
    APPROVAL_EXPIRED = "approval_expired"
    STALE = "stale"
    NOT_FOR_CLIENT = "not_for_client"
    NOTHING_TO_SAY = "nothing_to_say"


class Fit(msgspec.Struct, frozen=True):
    """A piece and how well it fits: the share of lost points, and the intents that it meets."""

    id: str
    worth: float
    about: tuple[str, ...]
    """Dimensions and topics that drew it."""


class Reader(msgspec.Struct, frozen=True):
    """A client as content sees them."""

    lost: Nine
    """Points lost by dimension."""
    intents: Mapping[str, float]
    """Those that are on, with their probability."""
    tags: tuple[Tag, ...] = ()


def fitting(
    contents: Iterable[Content], reader: Reader, *, today: date
) -> tuple[list[Fit], dict[str, Unfit]]:
    """What to show, best first, and why the rest is not shown.

    Ties go to the newer piece, then to its id.
    """
    fits: list[tuple[Fit, Content]] = []
    unfit: dict[str, Unfit] = {}
    for content in contents:
        why = _unfit(content, reader, today)
        fit = _fit(content, reader, today)
        if why is None and fit.worth > 0:
            fits.append((fit, content))
        else:
            unfit[content.id] = why or Unfit.NOTHING_TO_SAY
    fits.sort(key=lambda one: (-one[0].worth, -one[1].published.toordinal(), one[0].id))
    return [fit for fit, _ in fits], unfit


def _unfit(content: Content, reader: Reader, today: date) -> Unfit | None:
    if content.approved_on is None or content.approved_on > today:
        return Unfit.NOT_APPROVED
    if content.approved_until is not None and content.approved_until <= today:
        return Unfit.APPROVAL_EXPIRED
    if today - content.published > timedelta(days=content.fresh_days):
        return Unfit.STALE
    known = {tag.name for tag in reader.tags if tag.holds(today)}
    return None if set(content.segments) <= known else Unfit.NOT_FOR_CLIENT


def _fit(content: Content, reader: Reader, today: date) -> Fit:
    whole = summed(reader.lost)
    drawn = {
        f"D{number}": reader.lost[number - 1] / whole
        for number in content.dimensions
        if whole > 0 and reader.lost[number - 1] > 0
    }
    topics = {tag.name for tag in content.tags if tag.holds(today)}
    drawn |= {name: p for name, p in reader.intents.items() if name in topics}
    return Fit(content.id, summed(drawn.values()), tuple(sorted(drawn)))
