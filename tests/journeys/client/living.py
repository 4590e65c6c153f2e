"""Lives at a certain point, and what was said in them."""

from collections.abc import Iterable
from typing import Any

from schemas import facts
from schemas.envelope import Envelope
from schemas.tasks import Claim, ClaimKind, Task
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import ACCOUNT, MONDAY_10, Life, yuan

INFLOW = {
    "account": ACCOUNT,
    "flow": "f1",
    "direction": "in",
    "amount": yuan(300_000),
    "kind": "transfer",
}
NEXT_DAY = Instant(MONDAY_10 + 25 * HOUR)


def asked() -> Life:
    """A client with a large inflow, a day later: the app has a question to show."""
    life = Life()
    life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
    life.wait(Instant(MONDAY_10 + 24 * HOUR))
    assert [task.action for task in tasks_of(life)] == ["inflow_question"]
    return life


def planned() -> Life:
    """The same after four days unanswered: the adviser has a talk to hold."""
    life = asked()
    life.wait(Instant(MONDAY_10 + 4 * DAY + 2 * HOUR))
    assert tasks_of(life)[-1].action == "inflow_talk"
    return life


def tasks_of(life: Life) -> list[Task]:
    """Every version of every task, in order."""
    return [
        output.event.data for output in life.outputs if isinstance(output.event, facts.TaskChanged)
    ]


def claim(life: Life, kind: ClaimKind, number: int, **more: Any) -> list[Envelope]:
    """A desk's claim on the newest task, an hour later each time."""
    task = more.pop("task", None) or tasks_of(life)[-1]
    at = more.pop("at", Instant(MONDAY_10 + 5 * DAY + number * HOUR))
    said = Claim(
        task_id=task.task_id,
        task_version=task.version,
        number=number,
        desk=more.pop("desk", task.desk),
        kind=kind,
        at=at,
        **more,
    )
    data = said.model_dump(mode="json", exclude_none=True)
    data["at"] = format_instant(at)
    return life.say(
        "desk.task_claimed", data, at=at, event_id=f"claim{number}", source="/suishen/desk-fold"
    )


def effects(said: Iterable[Envelope]) -> set[facts.Effect]:
    """How events were set aside."""
    return {fact.data.effect for fact in said if isinstance(fact, facts.SignalSetAside)}


def recalled(said: Iterable[Envelope]) -> list[str | None]:
    """Why tasks were recalled."""
    return [
        fact.data.state_reason
        for fact in said
        if isinstance(fact, facts.TaskChanged) and fact.data.state.value == "recalled"
    ]


def ends(said: Iterable[Envelope]) -> list[str]:
    """How journeys ended."""
    return [
        fact.data.end.value
        for fact in said
        if isinstance(fact, facts.JourneyAdvanced) and fact.data.end is not None
    ]
