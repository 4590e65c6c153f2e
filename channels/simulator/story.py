"""A few clients whose first two hours are written by hand, so that a demo fills its inbox at once.

At sixty times two hours are two minutes.
"""

from datetime import timedelta
from typing import Any, Final, NamedTuple

from channels.simulator.client import OFFSET, Client, Held, born
from channels.simulator.mix import Mix
from channels.simulator.voice import token
from channels.simulator.world import Agenda
from schemas.time import MINUTE, Instant, local_day

TERM: Final = "td365"


class Story(NamedTuple):
    """When the story begins, and whose clients they are: an adviser's or a remote queue's."""

    at: Instant
    desk: str


class Beat(NamedTuple):
    """A deed at a minute after the opening."""

    minute: int
    what: str
    extra: Any = None


STORY: Final[dict[str, tuple[Beat, ...]]] = {
    # A client's deposit turns out to mature in five days; she reads the notice and asks.
    "maturity": (
        Beat(1, "term_found"),
        Beat(2, "page", "maturity"),
        Beat(4, "show"),
        Beat(7, "page", "maturity"),
    ),
    # A complaint said to the AI channel: an obligation, shown to a desk at any hour.
    "complaint": (Beat(2, "utterance", "complain"),),
    # Somebody who looks at holdings again and again, and says why when the phones open.
    "worry": (
        Beat(10, "page", "holdings"),
        Beat(12, "page", "holdings"),
        Beat(32, "utterance", "worry"),
    ),
    # Somebody on the redemption page.
    "leaving": (
        Beat(20, "page", "redemption"),
        Beat(31, "page", "redemption"),
        Beat(34, "utterance", "leave"),
    ),
}
"""What happens to whom. Marketing waits for nine o'clock, half an hour after a live opening."""


def tokens(seed: int) -> dict[str, str]:
    """The client of each part of the story."""
    return {name: token(seed, f"story-{name}") for name in STORY}


def cast_of(story: Story, seed: int, mix: Mix, start: Instant) -> list[Client]:
    """The clients of the story: consenting, with money, private if an adviser serves them."""
    return [_actor(story.desk, seed, name, mix, start) for name in STORY]


def plan(agenda: Agenda, actors: list[Client], start: Instant) -> None:
    """Put the story on the agenda."""
    for actor, beats in zip(actors, STORY.values(), strict=True):
        for beat in beats:
            agenda.plan(start + beat.minute * MINUTE, actor, beat.what, beat.extra)


def find_term(client: Client, at: Instant) -> dict[str, Any]:
    """A deposit that the core bank reports only now, five days before it matures."""
    due = local_day(at, utc_offset_minutes=OFFSET) + timedelta(days=5)
    client.holdings[TERM] = Held(88_000_000, maturity=due)
    return client.position(TERM, "resync", at)


def _actor(desk: str, seed: int, name: str, mix: Mix, start: Instant) -> Client:
    is_remote = desk.startswith("remote")
    desks = {"team": "team-1"} | (
        {"remote": desk} if is_remote else {"rm": desk, "remote": "remote-1"}
    )
    tier = "wealth" if is_remote else "private"
    client = born(seed, f"story-{name}", mix, start, lambda _rng, _tier: desks, tier=tier)
    client.holdings.pop(TERM, None)
    client.consents = client.needs_placing = True
    client.is_obliging = True
    client.likes = "remote" if is_remote else "branch"
    return client
