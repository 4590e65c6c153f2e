"""The synthetic bank: what its clients do, minute by minute, and how they answer.

It speaks through the public contracts only and sees only what a channel or a desk would see.
Each client draws from streams of chance of their own, so one more client changes no other.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from channels.simulator import products, story
from channels.simulator.answers import Answers
from channels.simulator.applications import Applications
from channels.simulator.casework import Casework
from channels.simulator.client import OFFSET, Client, baseline, born
from channels.simulator.complaints import Complaints
from channels.simulator.desks import Desks
from channels.simulator.diagnoses import Diagnoses
from channels.simulator.investing import Investing
from channels.simulator.mix import Mix
from channels.simulator.money import Market, Money
from channels.simulator.paydays import Paydays, history
from channels.simulator.scenes import Scenes
from channels.simulator.story import Story
from channels.simulator.visits import SHOWN_IN_APP, Visits
from channels.simulator.voice import LEDGER, Message, stamp
from channels.simulator.wires import Wires
from channels.simulator.wishes import live_a_day
from channels.simulator.words import Words
from channels.simulator.world import Agenda, Said, Truth, World
from schemas.envelope import Envelope
from schemas.facts import (
    CaseAdvanced,
    HandoverAdvanced,
    OperationAdvanced,
    Queue,
    Refusal,
    StepAsked,
)
from schemas.tasks import Task, TaskState
from schemas.time import DAY, MINUTE, Instant, local_day, start_of_day

_Deed = Callable[[Client, Instant, Any], Said]


class Bank:
    """A seeded bank. All its times are whole minutes."""

    def __init__(
        self,
        *,
        seed: int,
        clients: int,
        start: Instant,
        mix: Mix,
        told: Story | None = None,
    ) -> None:
        """Make the bank.

        Args:
            seed: the same seed gives the same bytes.
            clients: how many; the cast of the story comes on top.
            start: day 0, a whole minute; nothing happens before it.
            mix: see `mix.toml`.
            told: when and at which desk the hand-written two hours of `story` happen, if at all.
        """
        self._start = start
        self._world = World(mix, Agenda(start), Truth())
        self.desks = Desks(seed, mix, start)
        self.clients = [born(seed, n, mix, start, self.desks.serving) for n in range(clients)]
        self._by_key: dict[str, Client] = {}
        complaints, applications = Complaints(self._world), Applications(self._world)
        scenes, paydays = Scenes(self._world), Paydays(self._world)
        today = local_day(start, utc_offset_minutes=OFFSET)
        self._money = Money(self._world, Market(seed, today, mix["crash"]))
        self._investing = Investing(self._world, self._money.deeds()["price"])
        diagnoses = Diagnoses(self._world)
        self._habits = (complaints, applications, scenes, diagnoses, self._investing)
        follows = (habit.follows() for habit in (*self._habits, paydays))
        self._answers = Answers(self._world, {k: v for found in follows for k, v in found.items()})
        self._visits = Visits(self._world, self._answers)
        self._words = Words(self._world, self.desks.serving)
        self._wires = Wires(self._world)
        self._regrades = products.regrades(mix["regrade"], start)
        self.casework = Casework(self._world, seed, self._by_key.get)
        self._deeds: Mapping[str, _Deed] = {
            "day": self._day,
            "again": self._wires.again,
            "term_found": _find_term,
            **self._visits.deeds(),
            **self._money.deeds(),
            **self._words.deeds(),
            **self.casework.deeds(),
            **{name: deed for habit in self._habits for name, deed in habit.deeds().items()},
        }
        for client in self.clients:
            self._admit(client, start)
        if told is not None:
            self._cast(told, seed, mix)

    @staticmethod
    def products() -> list[dict[str, Any]]:
        """The shelf, for the reference log."""
        return products.shelf()

    def opening(self) -> list[Message]:
        """Day 0: rosters and one baseline for each client."""
        return [
            *self.desks.rosters(self._start),
            *(baseline(client, self._start) for client in self.clients),
            *(past for client in self.clients for past in history(client, self._start)),
        ]

    def tell_fall(self) -> None:
        """Let the market's fall be told at the opening; else it waits for the first evening."""
        for client in self.clients:
            if not client.is_obliging:  # The story's clients are silent until it begins.
                self._investing.tell_fall(client, self._start)

    def releases(self, now: Instant) -> list[dict[str, Any]]:
        """Products whose facts changed by now, each version once, for the reference log."""
        due = [one for one in self._regrades if one.at <= now]
        self._regrades = [one for one in self._regrades if one.at > now]
        return [one.facts for one in due]

    def next_release(self) -> Instant | None:
        """When a product's facts change next."""
        return min((one.at for one in self._regrades), default=None)

    def next_time(self) -> Instant | None:
        """When something happens next."""
        times = (self._world.agenda.next_time(), self.desks.next_time())
        return min((at for at in times if at is not None), default=None)

    def emit(self, now: Instant) -> list[Message]:
        """Everything that happens up to and at `now`."""
        said: list[Message] = []
        carry, deeds = self._wires.carry, self._deeds
        for doing in self._world.agenda.due(now):
            for message in deeds[doing.what](doing.client, doing.at, doing.extra):
                is_first = doing.what != "again"
                said.append(carry(doing.client, message, doing.at) if is_first else message)
        said.extend(self.desks.emit(now, self._talk))
        return said

    def see_task(self, task: Task, now: Instant) -> None:
        """A task of a channel: the app keeps it for the client's next visit; desks note it."""
        client = self._by_key.get(task.client)
        if client is None:
            return
        if self.desks.is_done_by_hand(task) and task.outcome is not None:
            self._answers.follow(client, task, task.outcome.value, now)
        self.desks.see_task(task, now)
        if task.channel.value in SHOWN_IN_APP:
            client.waiting.pop(task.task_id, None)
            if task.state is TaskState.PROPOSED:
                client.waiting[task.task_id] = task
                if task.channel.value == "partner":
                    self._world.agenda.plan(now + MINUTE, client, "show", "partner")

    def see_queue(self, queue: Queue, now: Instant) -> None:
        """A desk's ranked list."""
        self.desks.see_queue(queue, now)

    def see_refusal(self, refusal: Refusal, now: Instant) -> None:
        """A desk's action was refused: it takes up something else."""
        self.desks.see_refusal(refusal, now)

    def see_casework(self, fact: Envelope, now: Instant) -> None:
        """What channels hear of cases, and the core bank of steps."""
        client = self._by_key.get(fact.partitionkey)
        if client is None:
            return
        match fact:
            case CaseAdvanced():
                self.casework.see_case(fact.data, client, now)
            case OperationAdvanced():
                self.casework.see_operation(fact.data, client, now)
            case StepAsked():
                self.casework.see_step(fact.data, client, now)
            case HandoverAdvanced() if fact.data.desk not in self.desks.unmanned:
                self.casework.see_handover(fact.data, client, now)
            case _:
                pass

    def truth(self) -> list[dict[str, Any]]:
        """The wall of truth: who clients really are, what they wished and when, why they answered.

        One row each, told apart by `row`: client, wish, settled, answer, wire.
        """
        return [*(_nature(client, self._start) for client in self.clients), *self._world.truth.rows]

    def write_truth(self, path: Path) -> None:
        """The wall of truth as JSON lines."""
        with path.open("w", encoding="utf-8") as file:
            for row in self.truth():
                file.write(json.dumps(row, sort_keys=True) + "\n")

    def _admit(self, client: Client, at: Instant) -> None:
        """From then on the client lives day by day."""
        self._by_key[client.key] = client
        self._world.agenda.admit(client)
        today = local_day(at, utc_offset_minutes=OFFSET)
        morning = start_of_day(today, utc_offset_minutes=OFFSET)
        self._world.agenda.plan(at, client, "day", morning)

    def _cast(self, told: Story, seed: int, mix: Mix) -> None:
        """The story's clients: known from day 0, silent until their story begins."""
        actors = story.cast_of(told, seed, mix, self._start)
        for actor in actors:
            self._admit(actor, told.at)
        self.clients += actors
        story.plan(self._world.agenda, actors, told.at)

    def _day(self, client: Client, at: Instant, morning: Instant) -> Said:
        """Plan one day; it says nothing itself."""
        client.wake(morning)
        tomorrow = Instant(morning + DAY)
        self._world.agenda.plan(tomorrow, client, "day", tomorrow)
        today = local_day(at, utc_offset_minutes=OFFSET)
        live_a_day(self._world, client, morning)
        self._visits.plan_a_day(client, morning)
        self._money.plan_a_day(client, morning, today)
        self._words.plan_a_day(client, morning)
        for habit in (*self._habits, self.casework):
            habit.plan_a_day(client, morning)
        yield from ()

    def _talk(self, key: str, task: Task, at: Instant) -> str:
        """What a client answers to an adviser, and what they do about it afterwards."""
        client = self._by_key[key]
        outcome = self._answers.to_talk(client, task, at)
        self._answers.follow(client, task, outcome, at)
        return outcome


def _find_term(client: Client, at: Instant, _: object) -> Said:
    data = story.find_term(client, at)
    yield client.tell("corebank.position_reported", data, source=LEDGER, at=at)


def _nature(client: Client, at: Instant) -> dict[str, Any]:
    return {
        "row": "client",
        "client": client.key,
        "at": stamp(at),
        "needs_placing": client.needs_placing,
        "likes": client.likes,
        "habit": client.habit,
        "stage": client.stage,
        "tier": client.tier,
        "risk_class": client.risk_class,
        "income_fen": client.income,
        "spend_fen": client.spend,
    }
