"""Live a story, and say where what followed is not what it wishes for."""

from collections.abc import Iterator
from typing import NamedTuple

from journeys.reference import Reference
from journeys.stories.judging import unfulfilled
from journeys.stories.story import Story
from journeys.stories.telling import Told
from schemas.time import Instant


class Miss(NamedTuple):
    """A wish that was not fulfilled."""

    place: str
    """`file:line`."""
    at: Instant
    wish: str
    instead: str


def misses(story: Story, reference: Reference) -> Iterator[Miss]:
    """Every wish of a story that is not fulfilled, in order.

    Raises:
        DefinitionError: the story asks for what cannot be; the message names the place.
    """
    told = Told(story, reference)
    for line in story.lines:
        said = told.let_pass(line.after)
        if line.happens is not None:
            said += told.happen(line.happens, line.place)
        for wish in line.wishes:
            instead = unfulfilled(wish, said, told.state)
            if instead is not None:
                beside = "".join(f", {key} {value}" for key, value in wish.more.items())
                wanted = f"{wish.word} {wish.value}{beside}"
                yield Miss(wish.place, told.now, wanted, instead)
