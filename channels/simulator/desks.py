"""Advisers, teams and remote agents who work their lists in their hours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Any, Final

from channels.simulator.answers import UNREACHED
from channels.simulator.client import OFFSET
from channels.simulator.mix import Mix
from channels.simulator.visits import is_open
from channels.simulator.voice import WORKBENCH, Message, say, stamp
from schemas.facts import Queue, Refusal
from schemas.tasks import OPEN_STATES, Task, TaskState
from schemas.time import DAY, HOUR, MINUTE, Instant, local_day, start_of_day

RMS: Final = 12
TEAMS: Final = 4
REMOTES: Final = 3
Talk = Callable[[str, Task, Instant], str]
_LOOK: Final = 10 * MINUTE
"""How often an idle desk looks at its list."""


@dataclass(slots=True)
class Desk:
    """A desk and what is in hand there."""

    name: str
    rng: Random
    opens: int
    closes: int
    seven_days: bool
    ranking: tuple[str, ...] = ()
    doing: tuple[str, str] | None = None
    """The task in hand and the next action on it."""
    rested: dict[str, Instant] = field(default_factory=dict)
    said: int = 0
    planned: Instant | None = None
    roster: int = 0


class Desks:
    """All desks of the bank."""

    def __init__(self, seed: int, mix: Mix, start: Instant) -> None:
        self._mix, self._seed = mix, seed
        self.unmanned: set[str] = set()
        """Desks that the bank leaves to a person who plays them."""
        names = [f"rm-{n:02d}" for n in range(1, RMS + 1)]
        names += [f"team-{n}" for n in range(1, TEAMS + 1)]
        names += [f"remote-{n}" for n in range(1, REMOTES + 1)]
        self.all = {name: self._desk(name) for name in names}
        self._tasks: dict[str, Task] = {}
        self._heap: list[tuple[Instant, str]] = []
        self._rosters_at = Instant(_morning(start, 0) + DAY)

    def rosters(self, now: Instant) -> list[Message]:
        """The hours of every desk for today and the six days after."""
        return [self._roster(desk, now) for desk in self.all.values()]

    def next_time(self) -> Instant | None:
        """When a desk next does something."""
        return min(self._rosters_at, self._heap[0][0]) if self._heap else self._rosters_at

    def emit(self, now: Instant, talk: Talk) -> Iterator[Message]:
        """What desks do up to and at `now`."""
        while self._rosters_at <= now:
            yield from self.rosters(self._rosters_at)
            self._rosters_at = Instant(self._rosters_at + DAY)
        while self._heap and self._heap[0][0] <= now:
            at, name = heappop(self._heap)
            desk = self.all[name]
            if desk.planned == at and name not in self.unmanned:
                desk.planned = None
                yield from self._turn(desk, at, talk)

    def see_task(self, task: Task, now: Instant) -> None:
        """Keep the newest version of a task; look at the list of its desk."""
        known = self._tasks.get(task.task_id)
        if task.desk is None or (known is not None and known.version >= task.version):
            return
        if task.state not in OPEN_STATES:
            self._tasks.pop(task.task_id, None)
            self._drop(task)
            return
        self._tasks[task.task_id] = task
        if task.state is TaskState.ACCEPTED and task.state_reason is not None:
            # The start was refused, by a cap or the hour: try again tomorrow.
            self._drop(task, rest=Instant(now + DAY))

    def is_done_by_hand(self, task: Task) -> bool:
        """Did a person complete this task just now?"""
        known = self._tasks.get(task.task_id)
        fresh = known is not None and known.version < task.version
        return fresh and task.state is TaskState.COMPLETED and task.desk in self.unmanned

    def see_queue(self, queue: Queue, now: Instant) -> None:
        """Take the ranking; an idle desk looks at it at its next working minute."""
        desk = self.all.get(queue.desk)
        if desk is None or desk.name in self.unmanned:
            return
        desk.ranking = tuple(item.task_id for item in queue.items)
        if desk.ranking and desk.planned is None:
            self._plan(desk, Instant(now + MINUTE))

    def see_refusal(self, refusal: Refusal, now: Instant) -> None:
        """Leave a refused task alone for an hour."""
        for desk in self.all.values():
            if desk.name == refusal.actor:
                desk.rested[refusal.task_id] = Instant(now + HOUR)
                desk.doing = None

    def _turn(self, desk: Desk, at: Instant, talk: Talk) -> Iterator[Message]:
        """One action: go on with what is in hand, or take up the next task."""
        if not self._works(desk, at):
            self._plan(desk, at)
            return
        if desk.doing is None:
            yield from self._take_up(desk, at)
            return
        task_id, action = desk.doing
        task = self._tasks.get(task_id)
        desk.doing = None
        if task is None:
            self._plan(desk, Instant(at + MINUTE))
        elif action == "start":
            yield from self._start(desk, task, at)
        else:
            outcome = talk(task.client, task, at)
            more = {"outcome": outcome, "presented": outcome not in UNREACHED}
            yield self._act(desk, task, at, "complete", **more)
            self._plan(desk, Instant(at + 5 * MINUTE))

    def _take_up(self, desk: Desk, at: Instant) -> Iterator[Message]:
        task = next((t for t in map(self._tasks.get, desk.ranking) if self._may(desk, t, at)), None)
        if task is None:
            if desk.ranking:
                self._plan(desk, Instant(at + _LOOK))
            return
        desk.rested[task.task_id] = Instant(at + DAY)
        draw, odds = desk.rng.random(), self._mix["desk"]
        self._plan(desk, Instant(at + 2 * MINUTE))
        if draw < odds["declines"]:
            reason = desk.rng.choice(("no_time", "bad_time", "not_right_for_client", "wrong_fact"))
            yield self._act(desk, task, at, "decline", reason=reason)
        elif draw < odds["declines"] + odds["snoozes"]:
            until = stamp(Instant(at + 2 * HOUR))
            yield self._act(desk, task, at, "snooze", until=until)
        elif task.backups and draw < sum(odds.values()):
            yield self._act(desk, task, at, "hand_over", to=task.backups[0])
        elif task.state is TaskState.STARTED:
            desk.doing = (task.task_id, "complete")
        else:
            desk.doing = (task.task_id, "start")
            if task.state is not TaskState.ACCEPTED:
                yield self._act(desk, task, at, "accept")

    def _start(self, desk: Desk, task: Task, at: Instant) -> Iterator[Message]:
        """Dial, if the client's hours allow it now and the talk ends before the desk closes."""
        done = Instant(at + max(task.minutes, 2) * MINUTE)
        if (task.window is not None and not is_open(task.window, at)) or not self._works(
            desk, done
        ):
            desk.rested[task.task_id] = Instant(at + HOUR)
            self._plan(desk, Instant(at + MINUTE))
            return
        desk.doing = (task.task_id, "complete")
        self._plan(desk, done)
        yield self._act(desk, task, at, "start")

    def _may(self, desk: Desk, task: Task | None, at: Instant) -> bool:
        return (
            task is not None
            and task.desk == desk.name
            and task.state is not TaskState.SNOOZED
            and at < task.expires
            and desk.rested.get(task.task_id, Instant(0)) <= at
        )

    def _act(self, desk: Desk, task: Task, at: Instant, action: str, **more: Any) -> Message:
        desk.said += 1
        data = {
            "task_id": task.task_id,
            "task_version": task.version,
            "action": action,
            "actor": desk.name,
        } | more
        source = WORKBENCH
        return say(
            "desk.desk_acted",
            data,
            key=desk.name,
            source=source,
            at=at,
            nth=f"{self._seed}:{desk.said}",
        )

    def _drop(self, task: Task, *, rest: Instant | None = None) -> None:
        for desk in self.all.values():
            if desk.doing is not None and desk.doing[0] == task.task_id:
                desk.doing = None
            if rest is not None and desk.name == task.desk:
                desk.rested[task.task_id] = rest
            elif rest is None:
                desk.rested.pop(task.task_id, None)

    def _works(self, desk: Desk, at: Instant) -> bool:
        minute = (at // MINUTE + OFFSET) % 1440
        day = local_day(at, utc_offset_minutes=OFFSET).weekday()
        return (day < 5 or desk.seven_days) and desk.opens <= minute < desk.closes

    def _plan(self, desk: Desk, at: Instant) -> None:
        """The desk's next turn, put off to its next working minute."""
        moment = Instant(at - at % MINUTE)
        if not self._works(desk, moment):
            days = 0 if (moment // MINUTE + OFFSET) % 1440 < desk.opens else 1
            moment = Instant(_morning(moment, days) + desk.opens * MINUTE)
            while not self._works(desk, moment):
                moment = Instant(moment + DAY)
        desk.planned = moment
        heappush(self._heap, (moment, desk.name))

    def _roster(self, desk: Desk, now: Instant) -> Message:
        desk.roster += 1
        shifts = []
        for days in range(7):
            opens = Instant(_morning(now, days) + desk.opens * MINUTE)
            if self._works(desk, opens):
                closes = Instant(opens + (desk.closes - desk.opens) * MINUTE)
                shifts.append({"starts": stamp(opens), "ends": stamp(closes)})
        desk.said += 1
        data = {"version": desk.roster, "shifts": shifts, "licences": ["wealth", "insurance"]}
        source = WORKBENCH
        return say(
            "desk.roster_set",
            data,
            key=desk.name,
            source=source,
            at=now,
            nth=f"{self._seed}:{desk.said}",
        )

    def _desk(self, name: str) -> Desk:
        remote = name.startswith("remote")
        hours = (9 * 60, 21 * 60) if remote else (8 * 60 + 30, 17 * 60 + 30)
        return Desk(name, Random(f"{self._seed}:{name}"), *hours, seven_days=remote)

    @staticmethod
    def serving(rng: Random, tier: str) -> dict[str, str | None]:
        """Who serves a client: every private one has an adviser, of the others half; all a team."""
        rm = rng.randrange(1, RMS + 1)
        has_rm = tier == "private" or rng.random() < 0.5
        return {
            "rm": f"rm-{rm:02d}" if has_rm else None,
            "team": f"team-{(rm - 1) % TEAMS + 1}",
            "remote": f"remote-{rng.randrange(1, REMOTES + 1)}",
            "outlet": f"outlet_{(rm - 1) % TEAMS + 1}",
        }


def _morning(moment: Instant, days: int) -> Instant:
    """The local midnight that begins the day so many days on."""
    today = local_day(moment, utc_offset_minutes=OFFSET)
    return Instant(start_of_day(today, utc_offset_minutes=OFFSET) + days * DAY)
