"""Does what followed fulfil what the story wishes for?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from journeys.client.state import ClientState
from journeys.stories.story import Wish
from schemas.envelope import Envelope
from schemas.facts import DecisionMade, IntentChanged, JourneyAdvanced, TaskChanged
from schemas.tasks import Task, TaskState


def unfulfilled(wish: Wish, said: Sequence[Envelope], state: ClientState) -> str | None:
    """What is there instead, if the wish is not fulfilled; `None` if it is."""
    return _JUDGE[wish.word](wish, said, state)


def _task(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> str | None:
    tasks = [task for task in _tasks(said) if task.state is TaskState.PROPOSED]
    for task in tasks:
        by, desk = wish.more.get("by", task.channel), wish.more.get("desk", task.desk)
        if task.action == wish.value and task.channel == by and task.desk == desk:
            return None
    return _instead("task", [f"{t.action} by {t.channel} ({t.desk or 'no desk'})" for t in tasks])


def _no_task(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> str | None:
    tasks = [task.action for task in _tasks(said) if task.state is TaskState.PROPOSED]
    return _instead("task", tasks) if bool(tasks) is wish.value else None


def _recalled(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> str | None:
    tasks = [task for task in _tasks(said) if task.state is TaskState.RECALLED]
    for task in tasks:
        because = wish.more.get("because", task.state_reason)
        if task.action == wish.value and task.state_reason == because:
            return None
    return _instead("recall", [f"{task.action} because {task.state_reason}" for task in tasks])


def _journey(wish: Wish, _said: Sequence[Envelope], state: ClientState) -> str | None:
    runs = [run for run in state.instances if run.journey == wish.value]
    if any(wish.more.get("step", run.step) == run.step for run in runs):
        return None
    return _instead("run of it", [f"at {run.step}" for run in runs])


def _ended(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> str | None:
    ends = [
        fact.data
        for fact in said
        if isinstance(fact, JourneyAdvanced) and fact.data.end is not None
    ]
    for end in ends:
        by, because = wish.more.get("by", end.end), wish.more.get("because", end.reason)
        if (end.journey, end.end, end.reason) == (wish.value, by, because):
            return None
    return _instead("end", [f"{end.journey} by {end.end} ({end.reason})" for end in ends])


def _withheld(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> str | None:
    decisions = [fact.data for fact in said if isinstance(fact, DecisionMade)]
    fates = [one for taken in decisions for one in taken.candidates if one.action == wish.value]
    for one in fates:
        because = wish.more.get("because", one.reason)
        if not one.chosen and one.reason == because:
            return None
    return _instead(
        "decision about it", ["chosen" if one.chosen else str(one.reason) for one in fates]
    )


def _intent(wish: Wish, said: Sequence[Envelope], _state: ClientState) -> str | None:
    changes = [fact.data for fact in said if isinstance(fact, IntentChanged)]
    wanted = (wish.value, wish.more.get("on", True))
    if wanted in [(change.intent, change.on) for change in changes]:
        return None
    return _instead("change", [f"{c.intent} {'on' if c.on else 'off'}" for c in changes])


def _tasks(said: Sequence[Envelope]) -> list[Task]:
    return [fact.data for fact in said if isinstance(fact, TaskChanged)]


def _instead(what: str, found: Sequence[str]) -> str:
    return f"there is {', '.join(found)}" if found else f"there is no {what}"


Judge = Callable[[Wish, Sequence[Envelope], ClientState], str | None]
_JUDGE: Final[Mapping[str, Judge]] = {
    "task": _task,
    "no_task": _no_task,
    "recalled": _recalled,
    "journey": _journey,
    "ended": _ended,
    "withheld": _withheld,
    "intent": _intent,
}
