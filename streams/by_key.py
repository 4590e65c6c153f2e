"""A slice's events folded key by key: a state that one event has warmed the next finds warm."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from journeys.step import Step
from schemas.envelope import Envelope
from streams.ports import Record

S = TypeVar("S")
Folded = tuple[Record, Envelope, Step[S]]
"""An event that was folded and is not kept yet. It has no names: one is made for every event."""


def fold_by_key(
    fold: Callable[[Record, Envelope, S], Step[S]],
    events: Sequence[tuple[Record, Envelope]],
    states: Mapping[bytes | None, S],
) -> list[Folded[S]]:
    """Fold events in the order of each key; what comes of them stands in the order of the log.

    Up to the first that cannot be folded, whatever its key: what stands before it is as if they had
    been folded one after the other, for no key's state knows of another's.

    Args:
        fold: one event onto its key's state.
        events: in the order of the log.
        states: of every key that the events have, before the first of them.
    """
    places: dict[bytes | None, list[int]] = {}
    for place, (record, _) in enumerate(events):
        places.setdefault(record.key, []).append(place)
    steps: dict[int, Step[S]] = {}
    end = len(events)
    for key, mine in places.items():
        state = states[key]
        for place in mine:
            if place >= end:
                break
            try:
                step = steps[place] = fold(*events[place], state)
            except Exception:  # noqa: BLE001 - it comes again when its record is applied alone
                end = place
                break
            state = step.state
    return [(*one, steps[place]) for place, one in enumerate(events[:end])]
