"""May the client have it, and does it fit now: segment, consent, channel, intent, open work."""

from journeys.catalogue.actions import Action, Treatment
from journeys.client.contact.ledger import silent_until
from journeys.client.journey.instance import Instance
from journeys.client.state import Served, TaskRow
from journeys.decide.candidate import Situation
from journeys.decide.verdict import Withheld
from schemas.decisions import Stage, WithheldReason
from schemas.tasks import OPEN_STATES
from schemas.wire import Channel

UNSAFE_HOLES = frozenset({"consent", "complaint", "risk_test", "unreadable"})
"""Families whose loss may hide a no: while such a hole is open, nothing is marketed."""


def judge(action: Action, situation: Situation) -> Withheld | None:
    """Segment, consent and holes; `None` means the client may have it."""
    state = situation.state
    if action.tiers and state.served.tier not in action.tiers:
        return _no(WithheldReason.NOT_IN_SEGMENT, value=state.served.tier)
    if not action.marketing:
        return None
    hole = next((hole for hole in state.holes if hole.family in UNSAFE_HOLES), None)
    if hole is not None:
        return _no(WithheldReason.HOLE_IN_RECORD, value=hole.family)
    if not state.allowed.marketing:
        return _no(WithheldReason.CONSENT_MISSING, rule="ct01")
    if not state.allowed.profiling:
        return _no(WithheldReason.PROFILING_REFUSED, rule="pi03")
    group = situation.control
    return None if group is None else _no(WithheldReason.CONTROL_GROUP, rule=group)


def applies(action: Action, situation: Situation, run: Instance | None) -> Withheld | None:
    """Does it fit now: a journey step asks for it, or its own condition holds."""
    if any(_is_it(task, action, run) for task in situation.state.tasks):
        return _stage(Stage.APPLICABILITY, WithheldReason.TASK_OPEN)
    if not action.obligation and _is_owned(action, situation):
        return _stage(Stage.APPLICABILITY, WithheldReason.CASE_OWNS_TOPIC)
    return None if run is not None else _outside(action, situation)


def _is_it(task: TaskRow, action: Action, run: Instance | None) -> bool:
    """Is it under way already? A duty is owed to each run by itself."""
    if task.action != action.id or task.state not in OPEN_STATES:
        return False
    if run is None or not action.obligation:
        return True
    return (task.journey, task.instance) == (run.journey, run.key)


def _outside(action: Action, situation: Situation) -> Withheld | None:
    """No journey asks for it: a journey under way speaks for its topic, a rest is kept."""
    if action.applies is None:
        return _stage(Stage.APPLICABILITY, WithheldReason.INTENT_OFF)
    if situation.state.instances and action.group in situation.groups_under_way:
        return _stage(Stage.APPLICABILITY, WithheldReason.INSTANCE_OPEN)
    until = silent_until(situation.state.ledger, f"again:{action.id}", now=situation.now)
    if until is not None:
        return Withheld(Stage.CONTACT_POLICY, WithheldReason.COOL_DOWN, "rest", until=until)
    holds = action.applies.holds(situation.lookup)
    if holds is None:
        return _stage(Stage.APPLICABILITY, WithheldReason.DATA_MISSING)
    return None if holds else _stage(Stage.APPLICABILITY, WithheldReason.INTENT_OFF)


def reachable(action: Action, situation: Situation) -> tuple[Treatment, ...]:
    """The treatments that could reach this client, cheapest first; may be empty."""
    served = situation.state.served
    return tuple(
        treatment
        for treatment in sorted(action.treatments, key=lambda t: (t.rank, t.id))
        if (not treatment.tiers or served.tier in treatment.tiers)
        and (treatment.channel not in _DESKED or desks(treatment, served))
    )


def _is_owned(action: Action, situation: Situation) -> bool:
    """Does an open case own a topic of this action? A duty is owed all the same."""
    topics = (action.group, *action.tags)
    return any(case.is_open and case.topic in topics for case in situation.state.cases)


_DESKED = frozenset({Channel.REMOTE, Channel.BRANCH})


def desks(treatment: Treatment, served: Served) -> tuple[str, ...]:
    """Who may work a treatment, first choice first; none in a channel without desks."""
    found: tuple[str | None, ...] = ()
    if treatment.desk == "team":
        found = (served.team,)
    elif treatment.channel is Channel.BRANCH and (served.rm or served.team):
        found = (served.rm, served.team, served.remote)
    elif treatment.channel is Channel.REMOTE:
        found = (served.remote,)
    return tuple(dict.fromkeys(desk for desk in found if desk is not None))


def _no(reason: WithheldReason, *, rule: str | None = None, value: str | None = None) -> Withheld:
    return Withheld(Stage.ELIGIBILITY, reason, rule, value)


def _stage(stage: Stage, reason: WithheldReason) -> Withheld:
    return Withheld(stage, reason)
