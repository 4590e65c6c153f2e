"""Decisions, tasks and ends of journeys as the engine tells them; a test names what matters."""

from typing import Any

from journeys.identity import derive
from schemas import codec
from schemas.decisions import Candidate, Decision, ScoreParts, Versions
from schemas.envelope import Envelope
from schemas.facts import (
    CLIENT_FOLD,
    DecisionMade,
    JourneyAdvance,
    JourneyAdvanced,
    JourneyEnd,
    JourneyMove,
    TaskChanged,
)
from schemas.tasks import Outcome, Task, TaskState
from schemas.time import DAY, Instant
from schemas.wire import Channel, ClientToken, DecisionId, Method, TaskId, Wire
from tests.builders import CLIENT, MONDAY_10
from tests.models import PROPENSITY

BINS = "1" * len(PROPENSITY.predictors)
ACTION = "inflow_question"


def day(number: float) -> Instant:
    """So many days after the Monday."""
    return Instant(MONDAY_10 + int(number * DAY))


def _fact(kind: type[Envelope], data: Wire, at: Instant, name: str) -> Envelope:
    more = {"causeid": "c", "causesource": "timer"}
    return codec.build(kind, data, event_id=name, source=CLIENT_FOLD, key=CLIENT, time=at, **more)


def decided(name: str = "a", at: Instant = MONDAY_10, **more: Any) -> Envelope:
    """A decision that chose one action; `bins` and `prior` if they matter."""
    parts = ScoreParts(
        p=0.2, prior=more.get("prior", 0.2), value_points=1, context=1, levers=1, priority=0.2,
        bins=more.get("bins", BINS),
    )  # fmt: skip
    one = Candidate(
        action=more.get("action", ACTION), treatment="shown", channel=Channel.APP, chosen=True,
        parts=parts,
    )  # fmt: skip
    versions = Versions(
        engine="e",
        catalogue="c",
        parameters="p",
        reference_offset=1,
        bins=more.get("stamp", PROPENSITY.stamp),
    )
    data = Decision(
        decision_id=DecisionId("d_" + derive(name)), trigger="intent", decided_at=at,
        candidates=(one,), versions=versions,
    )  # fmt: skip
    return _fact(DecisionMade, data, at, f"decided-{name}")


def task(version: int, state: TaskState, at: Instant, name: str = "a", **more: Any) -> Envelope:
    """The decision's task at one version; `outcome`, `reason`, `channel`, `journey` if wanted."""
    journey = more.get("journey", "large_inflow")
    data = Task(
        task_id=TaskId("t_" + derive(name)), version=version, state=state,
        client=ClientToken(CLIENT), decision_id=DecisionId("d_" + derive(name)),
        action=more.get("action", ACTION), treatment="shown", journey=journey,
        instance=None if journey is None else "flow-1",
        channel=more.get("channel", Channel.APP), method=Method.APP_PUSH, marketing=True,
        priority=0.2, gain_points=1, minutes=0, due=day(3), expires=day(3), reasons=(),
        proposed_at=MONDAY_10, changed_at=at, state_reason=more.get("reason"),
        outcome=more.get("outcome"),
    )  # fmt: skip
    return _fact(TaskChanged, data, at, f"task-{name}-{version}")


def goal(at: Instant, end: JourneyEnd = JourneyEnd.GOAL) -> Envelope:
    """The journey's end."""
    data = JourneyAdvance(
        journey="large_inflow", version=1, instance="flow-1", move=JourneyMove.ENDED, end=end
    )
    return _fact(JourneyAdvanced, data, at, f"end-{at}")


def much_later(days: float = 60) -> Envelope:
    """Something that happens when every window has ended."""
    return decided("later", day(days), action="other")


def shown(outcome: Outcome | None = None, **more: Any) -> list[Envelope]:
    """A decision whose task was shown after a day, and perhaps answered after two."""
    said = [decided(), task(1, TaskState.PROPOSED, MONDAY_10, **more)]
    said.append(task(2, TaskState.STARTED, day(1), **more))
    if outcome is not None:
        said.append(task(3, TaskState.COMPLETED, day(2), outcome=outcome, **more))
    return said
