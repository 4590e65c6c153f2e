"""How clients answer: it depends on their wish, on timing, channel and fatigue."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from channels.simulator import wishes
from channels.simulator.client import OFFSET, Client
from channels.simulator.world import World
from schemas.tasks import Task
from schemas.time import MINUTE, Instant

_TALK: Final = (
    "converted", "solved", "interested", "not_now", "refused", "unreachable", "wrong_person",
)  # fmt: skip
UNREACHED: Final = frozenset({"unreachable", "wrong_person"})
_NEAR_HABIT: Final = 150
Causes = Mapping[str, Any]
Follow = Callable[[Client, Task, str, Instant, Random], None]


class Answers:
    """The behaviour that the engine has to find out by itself.

    Each answer has a stream of chance of its own, named by client and task.
    """

    def __init__(self, world: World, after: Mapping[str, Follow] | None = None) -> None:
        """Answers in a world; what a good one leads to by action, if not to a purchase."""
        self._world, self._after = world, after or {}

    def to_talk(self, client: Client, task: Task, at: Instant) -> str:
        """The outcome of a talk with an adviser."""
        mix = self._world.mix
        causes = _causes(client, task, at)
        kind, good = ("response", "converted") if task.marketing else ("service", "solved")
        weights = {name: float(mix[kind][name]) for name in _TALK if name in mix[kind]}
        if not causes["wish_met"]:
            weights[good] = mix["response"]["cold_converted"]
        weights[good] *= (1.3 if causes["channel_liked"] else 1.0) / (1 + 0.3 * causes["fatigue"])
        weights["refused"] *= 1 + 0.4 * causes["fatigue"]
        weights["unreachable"] *= 0.6 if causes["near_habit"] else 1.2
        outcome = _stream(client, task).choices(list(weights), list(weights.values()))[0]
        if outcome not in UNREACHED:
            client.contacts.append(at)
        self._note(client, task, outcome, at, causes)
        return outcome

    def to_screen(self, client: Client, task: Task, at: Instant) -> str | None:
        """The answer to a screen of the app; `None` if the client just closes it."""
        rng, response = _stream(client, task), self._world.mix["response"]
        causes = _causes(client, task, at)
        client.contacts.append(at)
        draw = 0.0 if client.is_obliging else rng.random() * (1 + 0.15 * causes["fatigue"])
        if draw >= response["screen_answers"]:
            outcome = None
        elif client.is_obliging:
            outcome = "interested"
        elif task.marketing and rng.random() < response["screen_refuses"]:
            outcome = "refused"
        else:
            weights = (5, 3, 1) if causes["wish_met"] else (2, 6, 1)
            if task.action in _CONFIRMED_ON_SCREEN:
                weights = (2, 2, 5)
            outcome = rng.choices(("interested", "not_now", "solved"), weights)[0]
        self._note(client, task, outcome or "closed", at, causes)
        return outcome

    def follow(self, client: Client, task: Task, outcome: str, at: Instant) -> None:
        """What the client does after an answer that became known."""
        rng, response = _stream(client, task, "after"), self._world.mix["response"]
        plan = self._world.agenda.plan
        own = self._after.get(task.action)
        if own is not None:
            own(client, task, outcome, at, rng)
        elif outcome == "converted":
            client.promised = task.journey == "maturity"
            plan(at + rng.randrange(30, 36 * 60) * MINUTE, client, "buy", 0.9)
        if outcome == "refused":
            for name, what in _AFTER_REFUSAL.items():
                if rng.random() < response[name]:
                    plan(at + rng.randrange(2, 90) * MINUTE, client, what, task.method.value)

    def _note(self, client: Client, task: Task, outcome: str, at: Instant, causes: Causes) -> None:
        told = {"task": task.task_id, "action": task.action, "channel": task.channel.value}
        self._world.truth.note("answer", client, at, **told, outcome=outcome, **causes)


_CONFIRMED_ON_SCREEN: Final = frozenset(
    {"drawdown_view", "plan_review", "regrade_notice", "regrade_reminder"}
)
"""Screens that ask for one tap: my plan stands, I keep it."""
_AFTER_REFUSAL: Final = {
    "opts_out_after_refusal": "opt_out",
    "complains_after_refusal": "complaint",
    "no_calls_after_refusal": "no_calls",
}


def _causes(client: Client, task: Task, at: Instant) -> Causes:
    minute = (at // MINUTE + OFFSET) % 1440
    return {
        "wish_met": wishes.is_met(client, task),
        "fatigue": client.fatigue(at),
        "near_habit": abs(minute - client.habit) <= _NEAR_HABIT,
        "channel_liked": client.likes == task.channel.value,
    }


def _stream(client: Client, task: Task, part: str = "") -> Random:
    return Random(f"{client.seed}:{task.task_id}:{task.version}{part}")
