"""Applications: saved, sent at once or much later, refused by the bank's own system, given up."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from channels.simulator import voice
from channels.simulator.answers import Follow
from channels.simulator.client import Client
from channels.simulator.world import Said, World
from schemas.tasks import Task
from schemas.time import HOUR, MINUTE, Instant

_ACTIONS: Final = ("application_link", "application_ask", "application_help")


class Applications:
    """Each deed says one thing, or nothing where it is void."""

    def __init__(self, world: World) -> None:
        self._world, self._mix = world, world.mix["applications"]

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {
            "form_saved": self._save,
            "form_sent": self._send,
            "form_failed": self._fail,
            "form_taken_back": self._take_back,
        }

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """An application begun, or sent and refused, for no wish that the simulator knows."""
        rng, mix = client.rng, self._mix
        for name, what in (("begins", "form_saved"), ("fails_at_once", "form_failed")):
            if rng.random() < mix[name]:
                at = morning + 8 * HOUR + rng.randrange(14 * 60) * MINUTE
                self._world.agenda.plan(at, client, what)

    def follows(self) -> dict[str, Follow]:
        """What an answer leads to, by action."""
        return dict.fromkeys(_ACTIONS, self._follow)

    def _follow(self, client: Client, _task: Task, outcome: str, at: Instant, rng: Random) -> None:
        """Who was helped, or is interested, may send it after all."""
        is_willing = outcome in {"interested", "solved", "converted"}
        if is_willing and client.application and rng.random() < self._mix["resumes"]:
            later = at + rng.randrange(5, 600) * MINUTE
            self._world.agenda.plan(later, client, "form_sent", client.application)

    def _save(self, client: Client, at: Instant, form: str | None) -> Said:
        rng, mix, plan = client.rng, self._mix, self._world.agenda.plan
        attempt = {"form": form or "other", "attempt": f"a{client.said}"}
        client.application = attempt
        saved = client.tell("app.form_saved", attempt, source=voice.APP, at=at)
        yield saved
        draw = rng.random()
        if draw < mix["in_error"]:
            later = at + rng.randrange(35, 400) * MINUTE
            plan(later, client, "form_taken_back", (attempt, saved.body))
        elif draw < mix["in_error"] + mix["sends"]:
            later = at + rng.choice((rng.randrange(3, 25), rng.randrange(40, 3000))) * MINUTE
            plan(later, client, "form_sent", attempt)
        elif draw < mix["in_error"] + mix["sends"] + mix["fails"]:
            plan(at + rng.randrange(3, 25) * MINUTE, client, "form_failed", attempt)

    @staticmethod
    def _send(client: Client, at: Instant, attempt: Any) -> Said:
        if client.application == attempt:
            client.application = None
            yield client.tell("app.form_sent", attempt, source=voice.APP, at=at)

    @staticmethod
    def _fail(client: Client, at: Instant, attempt: Any) -> Said:
        """Our own system refuses it; the client may not have saved it before."""
        client.application = attempt or {"form": "loan", "attempt": f"a{client.said}"}
        data = {**client.application, "failed": True}
        yield client.tell("app.form_sent", data, source=voice.APP, at=at)

    @staticmethod
    def _take_back(client: Client, at: Instant, extra: Any) -> Said:
        attempt, body = extra
        if client.application == attempt:
            client.application = None
            yield client.take_back(body, "saved_in_error", at)
