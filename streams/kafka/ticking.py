"""The timer service on Kafka: reads due times from the changelogs and sends ticks when they pass.

A tick is sent when nothing that was received before its due time can still come: the partition's
fold has applied a record that the broker took later, or it has nothing left and the clock has
passed; and not while ingress is behind. Sent too late or twice it changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from schemas.time import SECOND, Instant
from streams.errors import TransientError
from streams.frame import due_of
from streams.kafka.follower import Progress
from streams.kafka.standing import Standing
from streams.ports import LogReader, Outgoing, Record
from streams.timers import DueTimes, ticks
from streams.topics import INGRESS_GROUP, SOURCE_OF, STATE, group_of

GRACE: Final = 1 * SECOND
"""What a door received before a due time may reach the log a little after it."""
_CAUGHT_UP: Final = 100
"""Records; a worker that commits every second never stands at the very end."""
_AT_ONCE: Final = 500
_NEVER: Final = Instant(0)


class Feed(Protocol):
    """Gives changelog records, and says how far it is."""

    @property
    def ours(self) -> frozenset[tuple[str, int]]:
        """Partitions that we have."""
        ...

    def poll(self, wait_s: float, limit: int) -> Sequence[Record]:
        """What has arrived."""
        ...

    def progress(self) -> Mapping[tuple[str, int], Progress]:
        """How far each of our partitions has been read."""
        ...

    def forget(self, topic: str, partition: int) -> None:
        """A partition is no longer ours."""
        ...


@dataclass(slots=True)
class Followed:
    """One partition of a changelog."""

    fold: str
    number: int
    times: DueTimes
    loaded_at: int | None = None
    """The changelog's end when we first asked: until then we know only some due times."""
    is_loaded: bool = False
    applied_to: int = -1
    """The commit that `watermark` belongs to."""
    watermark: Instant = _NEVER


@dataclass(frozen=True, slots=True)
class Rules:
    """When a tick may go."""

    channels: tuple[str, ...]
    """Topics that ingress forwards from."""
    most_behind: int
    again_s: float


class Sent(Protocol):
    """Is told of ticks."""

    def __call__(self, fold: str, count: int, late_s: float) -> None:
        """So many were sent for a fold; the earliest was due so long ago."""
        ...


class Ticking:
    """Due times of our share of all folds' keys."""

    def __init__(  # noqa: PLR0913 - what it follows, reads, writes and tells
        self,
        feed: Feed,
        standing: Standing,
        reader: LogReader,
        write: Callable[[Sequence[Outgoing]], object],
        rules: Rules,
        *,
        sent: Sent,
        shown: Callable[[Instant], Instant] = lambda wall: wall,
    ) -> None:
        """Prepare to follow.

        Args:
            feed: of the changelogs.
            standing: where folds and ingress stand.
            reader: of the event logs, for the broker's time of a record.
            write: to the event logs.
            rules: when a tick may go.
            sent: is told of every batch.
            shown: what our clock shows at an instant of the broker's.
        """
        self._feed, self._standing, self._reader = feed, standing, reader
        self._write, self._rules, self._sent = write, rules, sent
        self._shown = shown
        self._followed: dict[tuple[str, int], Followed] = {}
        self.is_held_up = False
        """Do ticks wait for ingress?"""

    def follow(self, wait_s: float, limit: int) -> int:
        """Read what the folds have written; how many records.

        Raises:
            TransientError: the broker is away.
            WorkerStopError: a state's format is from the future.
        """
        records = self._feed.poll(wait_s, limit)
        self._let_go()
        for record in records:
            if record.key is not None:
                due = due_of(record.value) if record.value else None
                self._of(record.topic, record.partition).times.put(record.key, due)
        return len(records)

    def look(self) -> bool:
        """Is every due time of our share known?

        Raises:
            TransientError: the broker is away.
        """
        progress = self._feed.progress()
        for place, at in progress.items():
            followed = self._of(*place)
            if followed.loaded_at is None:
                followed.loaded_at = at.end
            followed.is_loaded |= at.position >= followed.loaded_at
        return progress.keys() >= self._feed.ours and all(
            followed.is_loaded for followed in self._followed.values()
        )

    def tick(self, now: Instant) -> int:
        """Send what is due and may go; how many.

        Raises:
            TransientError: the broker is away; the ticks go later.
        """
        due = [one for one in self._followed.values() if self._is_due(one, now)]
        if not due or self._waits_for_ingress():
            return 0
        return sum(self._tick_fold(fold, due, now) for fold in sorted({one.fold for one in due}))

    def _tick_fold(self, fold: str, due: Iterable[Followed], now: Instant) -> int:
        reached = self._standing.reached(group_of(fold), [SOURCE_OF[fold]])
        count = 0
        for one in due:
            if one.fold == fold:
                at, end = reached[SOURCE_OF[fold], one.number]
                count += self._send(one, self._passed(one, at, end, now), now)
        return count

    def _passed(self, one: Followed, at: int, end: int, now: Instant) -> Instant:
        """Up to when everything that was received is applied."""
        if end - at <= _CAUGHT_UP:
            return Instant(now - GRACE)
        if at != one.applied_to and at > 0:
            # Records below the commit are applied: the last of them says how late it was.
            for record in self._reader.read(SOURCE_OF[one.fold], one.number, at - 1, 1):
                one.applied_to, one.watermark = at, self._shown(record.timestamp)
        return Instant(min(one.watermark, now) - GRACE)

    def _send(self, one: Followed, passed: Instant, now: Instant) -> int:
        timers = one.times.pick(passed, now=now, limit=_AT_ONCE)
        if not timers:
            return 0
        due = [(timer.key.decode("ascii"), timer.due) for timer in timers]
        try:
            self._write(ticks(SOURCE_OF[one.fold], due))
        except TransientError:
            one.times.give_back(timers)
            raise
        self._sent(one.fold, len(timers), (now - timers[0].due) / SECOND)
        return len(timers)

    def _is_due(self, one: Followed, now: Instant) -> bool:
        if not one.is_loaded:
            return False
        first = one.times.first(now)
        return first is not None and first <= now - GRACE

    def _waits_for_ingress(self) -> bool:
        rules = self._rules
        behind = self._standing.behind(INGRESS_GROUP, rules.channels) if rules.channels else {}
        self.is_held_up = sum(behind.values()) > rules.most_behind
        return self.is_held_up

    def _let_go(self) -> None:
        ours = self._feed.ours
        for place in self._followed.keys() - ours:
            del self._followed[place]
            self._feed.forget(*place)

    def _of(self, topic: str, partition: int) -> Followed:
        place = (topic, partition)
        if place not in self._followed:
            times = DueTimes(again=int(self._rules.again_s * SECOND))
            self._followed[place] = Followed(topic.removeprefix(STATE), partition, times)
        return self._followed[place]
