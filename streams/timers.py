"""The timer service: when a key's earliest timer is due, a tick goes to its log.

A tick changes only when due work is done, never what: late or twice, it is harmless.
"""

from collections.abc import Iterable

from journeys.identity import derive
from schemas import codec
from schemas.signals.engine import Due, Ticked
from schemas.time import Instant
from streams.ports import Outgoing

SOURCE = "/suishen/timers"


def ticks(topic: str, due: Iterable[tuple[str, Instant]]) -> list[Outgoing]:
    """Ticks for keys and their due times, in order of time, then key."""
    return [_tick(topic, key, at) for at, key in sorted((at, key) for key, at in due)]


def _tick(topic: str, key: str, at: Instant) -> Outgoing:
    event = codec.build(
        Ticked,
        Due(due=at),
        event_id=derive("tick", key, at),
        source=SOURCE,
        key=key,
        time=at,
        receivedat=at,
    )
    return Outgoing(topic, key.encode(), codec.encode(event))
