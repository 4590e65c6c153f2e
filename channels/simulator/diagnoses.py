"""Diagnoses: the client's own, in the app."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from channels.simulator import voice
from channels.simulator.client import Client
from channels.simulator.world import Said, World
from schemas.tasks import Task
from schemas.time import HOUR, MINUTE, Instant

_REMEDIES: Final = ("build_reserve", "spread", "repay_debt", "cover_gap")
_HELPED: Final = frozenset({"converted", "solved"})


class Diagnoses:
    """What clients look into by themselves, asked or not.

    Chance comes from the client and the task or the day: it shifts nobody's stream.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {"self_diagnose": self._self_diagnose}

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """Now and then somebody opens the page unasked."""
        rng = Random(f"{client.seed}:{morning // HOUR}:diagnosis")
        if rng.random() < self._world.mix["daily"]["self_diagnosis"]:
            at = morning + 9 * HOUR + rng.randrange(12 * 60) * MINUTE
            self._world.agenda.plan(at, client, "self_diagnose", _how_far(rng, self._odds))

    def follow(self, client: Client, task: Task, outcome: str, at: Instant) -> None:
        """What an invitation leads to."""
        rng = Random(f"{client.seed}:{task.task_id}:diagnosis")
        plan = self._world.agenda.plan
        if task.action in ("self_diagnosis", "self_diagnosis_reminder") and outcome == "interested":
            if rng.random() < self._odds["opened"]:
                later = at + rng.randrange(1, 40) * MINUTE
                plan(later, client, "self_diagnose", _how_far(rng, self._odds))
        elif task.action == "diagnosis_help" and outcome in _HELPED:
            plan(at + MINUTE, client, "self_diagnose", (True, rng.choice(_REMEDIES)))

    @property
    def _odds(self) -> Mapping[str, float]:
        return self._world.mix["diagnosis"]

    @staticmethod
    def _self_diagnose(client: Client, at: Instant, extra: tuple[bool, str | None]) -> Said:
        is_finished, remedy = extra
        data = {"finished": is_finished} | ({"remedy": remedy} if remedy else {})
        yield client.tell("app.diagnosis_taken", data, source=voice.APP, at=at)


def _how_far(rng: Random, odds: Mapping[str, float]) -> tuple[bool, str | None]:
    """Finished, and with which remedy chosen."""
    if rng.random() >= odds["finished"]:
        return False, None
    return True, rng.choice(_REMEDIES) if rng.random() < odds["chosen"] else None
