"""Live a story, and say where what followed is not what it wishes for."""

from collections.abc import Iterator
from typing import NamedTuple

from journeys.reference import Reference
from journeys.stories.judging import There, unfulfilled
from journeys.stories.story import Story, Wish
from journeys.stories.telling import Told
from schemas.time import Instant


class Miss(NamedTuple):
    """A wish that was not fulfilled."""

    place: str
    """`file:line`."""
    at: Instant
    wish: Wish
    there: There


def misses(story: Story, reference: Reference) -> Iterator[Miss]:
    """Every wish of a story that is not fulfilled, in order.

    Raises:
        StuckError: the story asks for what cannot be; the message names the place.
    """
    told = Told(story, reference)
    for line in story.lines:
        said = told.let_pass(line.after)
        if line.happens is not None:
            said += told.happen(line.happens, line.place)
        for wish in line.wishes:
            there = unfulfilled(wish, said, told.state)
            if there is not None:
                yield Miss(wish.place, told.now, wish, there)
