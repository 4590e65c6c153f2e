"""Diagnoses: the client's own in the app, and those that a desk holds."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from random import Random
from typing import Any, Final

from channels.simulator.answers import Follow
from channels.simulator.client import OFFSET, Client
from channels.simulator.voice import APP, PROFILE, WORKBENCH, say
from channels.simulator.world import Said, World
from schemas.tasks import Task
from schemas.time import DAY, HOUR, MINUTE, Instant, local_day

_REMEDIES: Final = ("build_reserve", "spread", "repay_debt", "cover_gap")
_ACTIONS: Final = (
    "self_diagnosis",
    "self_diagnosis_reminder",
    "diagnosis_help",
    "diagnosis_booking",
    "diagnosis_deputy",
    "diagnosis_overdue",
)
_BOOKED_BY: Final = {"diagnosis_booking": "rm", "diagnosis_deputy": "remote"}
"""Who holds the talk that an action books; a lead names the remote deputy."""
_BOOKED: Final = frozenset({"converted", "interested", "solved"})
_A_YEAR: Final = timedelta(days=400)
_HELPED: Final = frozenset({"converted", "solved"})


class Diagnoses:
    """What clients look into by themselves, asked or not.

    Chance comes from the client and the task or the day: it shifts nobody's stream.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {
            "self_diagnose": self._self_diagnose,
            "diagnosis_held": self._held,
            "tier_changed": self._tier_changed,
            "profile_mistaken": self._profile_mistaken,
            "profile_mended": self._profile_mended,
        }

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """Now and then somebody opens the page unasked."""
        rng = Random(f"{client.seed}:{morning // HOUR}:diagnosis")
        if rng.random() < self._world.mix["daily"]["self_diagnosis"]:
            at = morning + 9 * HOUR + rng.randrange(12 * 60) * MINUTE
            self._world.agenda.plan(at, client, "self_diagnose", _how_far(rng, self._odds))
        if rng.random() < self._world.mix["daily"]["profile_mistaken"]:
            at = morning + 10 * HOUR + rng.randrange(8 * 60) * MINUTE
            mended = at + rng.randrange(60, 40 * 60) * MINUTE
            self._world.agenda.plan(at, client, "profile_mistaken", mended)
        leaves = self._world.mix["daily"]["leaves_private"]
        if client.tier == "private" and rng.random() < leaves:
            self._world.agenda.plan(morning + 7 * HOUR, client, "tier_changed")

    def follows(self) -> dict[str, Follow]:
        """What an answer leads to, by action."""
        return dict.fromkeys(_ACTIONS, self._follow)

    def _follow(self, client: Client, task: Task, outcome: str, at: Instant, rng: Random) -> None:
        plan = self._world.agenda.plan
        if task.action in ("self_diagnosis", "self_diagnosis_reminder") and outcome == "interested":
            if rng.random() < self._odds["opened"]:
                later = at + rng.randrange(1, 40) * MINUTE
                plan(later, client, "self_diagnose", _how_far(rng, self._odds))
        elif task.action == "diagnosis_help" and outcome in _HELPED:
            plan(at + MINUTE, client, "self_diagnose", (True, rng.choice(_REMEDIES)))
        elif task.action in _BOOKED_BY and outcome in _BOOKED:
            self._book(client, _BOOKED_BY[task.action], rng, at)
        elif task.action == "diagnosis_overdue" and rng.random() < self._odds["lead_arranges"]:
            self._book(client, "remote", rng, at)

    def _book(self, client: Client, by: str, rng: Random, at: Instant) -> None:
        """A talk some days on, at the same time of day; some are called off."""
        if rng.random() < self._odds["held"]:
            day = Instant(at + rng.randrange(2, 11) * DAY)
            is_recorded = rng.random() < self._odds["recorded"]
            self._world.agenda.plan(day, client, "diagnosis_held", (by, is_recorded))

    @property
    def _odds(self) -> Mapping[str, float]:
        return self._world.mix["diagnosis"]

    @staticmethod
    def _held(client: Client, at: Instant, extra: tuple[str, bool]) -> Said:
        """The desk's word, with a statement of the bank's reporting system."""
        by, is_recorded = extra
        desk = client.desks[by]
        if desk is None:
            return
        today = local_day(at, utc_offset_minutes=OFFSET)
        worth = sum(held.value for held in client.holdings.values())
        statement = {
            "starts": (today - _A_YEAR).isoformat(),
            "ends": today.isoformat(),
            "opening_fen": worth,
            "closing_fen": worth,
        }
        act = {
            "client": client.key,
            "actor": desk,
            "shown": True,
            "step_agreed": is_recorded,
            "record_closed": is_recorded,
            "statement": statement,
        }
        nth = f"{client.key}:{at}"
        yield say("desk.diagnosis_acted", act, key=desk, source=WORKBENCH, at=at, nth=nth)

    def _profile_mistaken(self, client: Client, at: Instant, mended: int) -> Said:
        """Core data has ten times the spending: the score falls until somebody sees it."""
        client.versions += 1
        fields = {"essential_spending_fen": client.spend * 10}
        data = {"version": client.versions, "fields": fields, "confirmed_by": "core"}
        message = client.tell("corebank.profile_changed", data, source=PROFILE, at=at)
        self._world.agenda.plan(mended, client, "profile_mended", message.body)
        yield message

    @staticmethod
    def _profile_mended(client: Client, at: Instant, body: Any) -> Said:
        named = {name: body[name] for name in ("id", "source", "type", "time")}
        reversal = named | {"reason": "wrong_entry"}
        yield client.tell("corebank.event_reversed", reversal, source=PROFILE, at=at)

    @staticmethod
    def _tier_changed(client: Client, at: Instant, _: object) -> Said:
        """Below the threshold of private banking: the client is served as a wealthy one."""
        client.tier = "wealth"
        service = client.service() | {"utc_offset_minutes": OFFSET}
        yield client.tell("corebank.service_assigned", service, source=PROFILE, at=at)

    @staticmethod
    def _self_diagnose(client: Client, at: Instant, extra: tuple[bool, str | None]) -> Said:
        is_finished, remedy = extra
        data = {"finished": is_finished} | ({"remedy": remedy} if remedy else {})
        yield client.tell("app.diagnosis_taken", data, source=APP, at=at)


def _how_far(rng: Random, odds: Mapping[str, float]) -> tuple[bool, str | None]:
    """Finished, and with which remedy chosen."""
    if rng.random() >= odds["finished"]:
        return False, None
    return True, rng.choice(_REMEDIES) if rng.random() < odds["chosen"] else None
