"""Visits to the app: pages, and what the app has to show."""

from collections.abc import Callable
from typing import Any, Final

from channels.simulator import voice
from channels.simulator.answers import Answers
from channels.simulator.client import Client
from channels.simulator.wishes import PAGES
from channels.simulator.world import Said, World
from schemas.tasks import SendWindow, Task
from schemas.time import MINUTE, Instant

_PARTNER: Final = "partner"
SHOWN_IN_APP: Final = frozenset(voice.SHOWING)


class Visits:
    """Each deed is one minute of a visit."""

    def __init__(self, world: World, answers: Answers) -> None:
        self._world, self._answers = world, answers
        pages = world.mix["pages"]
        self._length = (pages["least"], pages["most"] + 1)
        self._names = tuple(name for name in pages if name not in ("least", "most"))
        self._weights = tuple(pages[name] for name in self._names)

    def deeds(self) -> dict[str, Callable[[Client, Instant, Any], Said]]:
        """Every deed by its name on the agenda."""
        return {"page": self._page, "show": self._show, "answer": self._answer}

    def plan_a_day(self, client: Client, morning: Instant) -> None:
        """How often the app is opened today, around the client's habit, and for how many pages."""
        rng, sessions = client.rng, self._world.mix["sessions"]
        mean = sessions[client.tier] + (sessions["wishing"] if client.wishes else 0)
        draw = rng.random()
        for _ in range(int(mean) + (draw < mean % 1)):
            minute = (client.habit + rng.randrange(-90, 91)) % 1440
            self.visit(client, Instant(morning + minute * MINUTE))

    def visit(self, client: Client, at: Instant) -> None:
        """Open the app: pages minute by minute; what waits is shown in the second minute."""
        plan = self._world.agenda.plan
        for step in range(client.rng.randrange(*self._length)):
            plan(at + step * MINUTE, client, "page")
        plan(at + MINUTE, client, "show")

    def _page(self, client: Client, at: Instant, name: str | None) -> Said:
        rng = client.rng
        if name is None and client.wishes and rng.random() < self._world.mix["acts"]["page_speaks"]:
            name = rng.choice(PAGES[rng.choice(tuple(client.wishes))])
        page: dict[str, Any] = {"page": name or rng.choices(self._names, self._weights)[0]}
        if page["page"] == "product_detail":
            page["product"] = client.favourite(rng)
        yield client.tell("app.page_viewed", page, source=voice.APP, at=at)

    def _show(self, client: Client, at: Instant, page: str | None) -> Said:
        """The app checks the wall clock against each task's window before it shows it.

        A partner's page shows what waits there, and nothing else.
        """
        waiting = {
            name: task
            for name, task in client.waiting.items()
            if (task.channel.value == _PARTNER) == (page == _PARTNER)
        }
        for name in waiting:
            del client.waiting[name]
        for task in waiting.values():
            told = _about(task)
            reason = _kept_back(task, at)
            source = voice.SHOWING[task.channel.value]
            if reason is not None:
                data = told | {"reason": reason}
                yield client.tell("desk.task_not_presented", data, source=source, at=at)
                continue
            yield client.tell("desk.task_presented", told, source=source, at=at)
            outcome = self._answers.to_screen(client, task, at)
            if outcome is not None:
                self._world.agenda.plan(at + 2 * MINUTE, client, "answer", (task, outcome))

    def _answer(self, client: Client, at: Instant, extra: Any) -> Said:
        task, outcome = extra
        data = _about(task) | {"outcome": outcome}
        source = voice.SHOWING[task.channel.value]
        yield client.tell("desk.task_outcome_reported", data, source=source, at=at)
        self._answers.follow(client, task, outcome, at)


def _about(task: Task) -> dict[str, Any]:
    return {
        "task_id": task.task_id,
        "task_version": task.version,
        "channel": task.channel.value,
    }


def _kept_back(task: Task, at: Instant) -> str | None:
    """Why a door may not show a task now."""
    if at >= task.expires:
        return "expired"
    return None if task.window is None or is_open(task.window, at) else "window"


def is_open(window: SendWindow, at: Instant) -> bool:
    """May the client be contacted at this minute of their day?"""
    return window.opens <= (at // MINUTE + window.utc_offset_minutes) % 1440 < window.closes
