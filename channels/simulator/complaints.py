"""Complaints: opened, closed to the client's content or not, or booked to the wrong client."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from channels.simulator import voice, wishes
from channels.simulator.answers import Follow
from channels.simulator.client import Client
from channels.simulator.world import Said, World
from schemas.tasks import Task
from schemas.time import DAY, HOUR, MINUTE, Instant

_ACTIONS: Final = (
    "complaint_follow_up",
    "complaint_answer",
    "complaint_lead",
    "complaint_decision",
    "complaint_check_back",
)


class Complaints:
    """Each deed says one thing, or nothing where it is void."""

    def __init__(self, world: World) -> None:
        self._world, self._mix = world, world.mix["complaints"]

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {
            "complaint": self._open,
            "complaint_closed": self._close,
            "complaint_taken_back": self._take_back,
        }

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """A complaint out of the blue."""
        if client.rng.random() < self._mix["opens"]:
            at = morning + 8 * HOUR + client.rng.randrange(14 * 60) * MINUTE
            self._world.agenda.plan(at, client, "complaint")

    def follows(self) -> dict[str, Follow]:
        """What an answer leads to, by action."""
        return dict.fromkeys(_ACTIONS, self._follow)

    def _follow(self, client: Client, _task: Task, outcome: str, at: Instant, _rng: Random) -> None:
        """What a talk about it leads to."""
        if outcome == "solved":
            wishes.settle(self._world, client, "complain", at)

    def _open(self, client: Client, at: Instant, _: object) -> Said:
        if client.complaint is not None:
            return
        rng, mix, plan = client.rng, self._mix, self._world.agenda.plan
        client.complaint = f"k{client.said}"
        data = {"complaint": client.complaint, "topic": "service"}
        opened = client.tell("consent.complaint_opened", data, source=voice.CONSENT, at=at)
        yield opened
        if rng.random() < mix["wrong_client"]:
            later = at + rng.randrange(1, 30) * HOUR
            plan(later, client, "complaint_taken_back", (client.complaint, opened.body))
            return
        days = rng.randrange(6, 21) if rng.random() < mix["slow"] else rng.randrange(1, 6)
        later = at + days * DAY + rng.randrange(600) * MINUTE
        agrees = rng.random() < mix["agrees"]
        plan(later, client, "complaint_closed", (client.complaint, agrees))

    def _close(self, client: Client, at: Instant, extra: Any) -> Said:
        complaint, agrees = extra
        if client.complaint != complaint:
            return
        client.complaint = None
        data = {"complaint": complaint, "client_agrees": agrees}
        yield client.tell("consent.complaint_closed", data, source=voice.CONSENT, at=at)

    @staticmethod
    def _take_back(client: Client, at: Instant, extra: Any) -> Said:
        complaint, body = extra
        if client.complaint == complaint:
            client.complaint = None
            yield client.take_back(body, "wrong_client", at)
