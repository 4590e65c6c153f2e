"""Runs whose goals and exits were tested and do not hold: not tested again until something moves.

They are tested after every event, and most events are pages that no run asks about.
"""

from collections.abc import Iterable
from operator import is_
from typing import Final

from journeys.catalogue.definitions import Journey
from journeys.client.lately import Lately
from journeys.client.steps import words
from journeys.client.steps.draft import Draft

_AT_REST: Final = Lately[tuple[object, ...]]()
"""What was read when their runs were tested."""


def is_at_rest(draft: Draft) -> bool:
    """Would every goal and exit of the client's runs come out as it did, and hold no more?

    What was read then stands as it stood: parts are frozen, so that the same object says the same.
    """
    known = _AT_REST.get(draft.client)
    return known is not None and all(map(is_, known, _read(draft)))


def rest(draft: Draft, journeys: Iterable[Journey]) -> None:
    """None of them holds, of all the client's runs; remembered if they read nothing else."""
    if all(map(_is_settled, journeys)):
        if draft.client not in _AT_REST:
            _AT_REST.make_room()
        _AT_REST[draft.client] = _read(draft)


def _read(draft: Draft) -> tuple[object, ...]:
    """All that settled words are answered from, and what says which conditions are tested."""
    return (
        draft.instances,
        draft.complaints,
        draft.allowed,
        draft.served,
        draft.edition,
        draft.catalogue,
    )


def _is_settled(journey: Journey) -> bool:
    """Do goal and exits read no clock, no money held and no chance?"""
    tested = (journey.goal, *[exit_ for _, exit_ in journey.exits])
    return all(words.MOVING.isdisjoint(one.words) for one in tested)
