"""Clients who come through a partner's scene, and what they do there."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from channels.simulator.answers import Follow
from channels.simulator.client import Client
from channels.simulator.voice import stamp
from channels.simulator.world import Said, World
from schemas.tasks import Task
from schemas.time import DAY, HOUR, MINUTE, Instant

_ACTIONS: Final = ("scene_help", "scene_reminder", "scene_need", "scene_talk")
_SCENES: Final = (("travel", "booking_paid"), ("school", "fees"), ("homes", "rent"))


class Scenes:
    """Each deed says one thing, or nothing where it is void."""

    def __init__(self, world: World) -> None:
        self._world, self._mix = world, world.mix["scenes"]

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {
            "scene": self._enter,
            "scene_ended": self._end,
            "scene_taken_back": self._take_back,
        }

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """A visit to a partner."""
        rng = client.rng
        if rng.random() < self._mix["enters"]:
            at = morning + 8 * HOUR + rng.randrange(14 * 60) * MINUTE
            self._world.agenda.plan(at, client, "scene", rng.choice(_SCENES))

    def follows(self) -> dict[str, Follow]:
        """What an answer leads to, by action."""
        return dict.fromkeys(_ACTIONS, self._follow)

    def _follow(self, client: Client, task: Task, outcome: str, at: Instant, rng: Random) -> None:
        """Help and reminders finish the scene; who finds a use for the account buys or applies."""
        plan = self._world.agenda.plan
        if (
            outcome not in {"interested", "solved", "converted"}
            or rng.random() >= self._mix["acts"]
        ):
            return
        later = at + rng.randrange(3, 30) * MINUTE
        if task.action in {"scene_need", "scene_talk"}:
            plan(later, client, "form_saved", "other")
        elif client.scene is not None:
            plan(later, client, "scene_ended", (client.scene, "done"))

    def _enter(self, client: Client, at: Instant, extra: Any) -> Said:
        rng, mix, plan = client.rng, self._mix, self._world.agenda.plan
        partner, name = extra
        scene = {"partner": partner, "scene": name, "consent": f"cs{client.said}"}
        client.scene = scene
        data = scene | {"consent_until": stamp(Instant(at + 365 * DAY))}
        entered = _tell(client, "partner.scene_entered", data, at)
        yield entered
        draw, minutes = rng.random(), rng.randrange(2, 25)
        if draw < mix["wrong_client"]:
            plan(at + minutes * HOUR, client, "scene_taken_back", (scene, entered.body))
        elif draw < mix["wrong_client"] + mix["withdraws"]:
            plan(at + minutes * HOUR, client, "scene_ended", (scene, "consent_withdrawn"))
        elif draw < mix["wrong_client"] + mix["withdraws"] + mix["done"]:
            late = rng.random() < mix["done_later"]
            plan(
                at + minutes * (3 * HOUR if late else MINUTE),
                client,
                "scene_ended",
                (scene, "done"),
            )
        else:
            plan(at + minutes * MINUTE, client, "scene_ended", (scene, "left"))

    @staticmethod
    def _end(client: Client, at: Instant, extra: Any) -> Said:
        scene, how = extra
        if client.scene != scene:
            return
        if how != "left":
            client.scene = None
        yield _tell(client, "partner.scene_ended", scene | {"how": how}, at)

    @staticmethod
    def _take_back(client: Client, at: Instant, extra: Any) -> Said:
        scene, body = extra
        if client.scene == scene:
            client.scene = None
            yield client.take_back(body, "wrong_client", at)


def _tell(client: Client, kind: str, data: Mapping[str, Any], at: Instant) -> Any:
    return client.tell(kind, data, source=f"/partner/{data['partner']}", at=at)
