"""May the client have it, and does it fit now: segment, consent, channel, intent, open work."""

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.scope import Scope
from journeys.client.contact.ledger import silent_until
from journeys.client.journey.instance import Instance
from journeys.client.state import Served
from journeys.decide.candidate import Situation
from journeys.decide.verdict import Withheld
from schemas.decisions import Stage, WithheldReason
from schemas.wire import Channel

# Most actions fall by one of these at most decisions.
_TASK_OPEN = Withheld(Stage.APPLICABILITY, WithheldReason.TASK_OPEN)
_CASE_OWNS_TOPIC = Withheld(Stage.APPLICABILITY, WithheldReason.CASE_OWNS_TOPIC)
_INTENT_OFF = Withheld(Stage.APPLICABILITY, WithheldReason.INTENT_OFF)
_INSTANCE_OPEN = Withheld(Stage.APPLICABILITY, WithheldReason.INSTANCE_OPEN)
_DATA_MISSING = Withheld(Stage.APPLICABILITY, WithheldReason.DATA_MISSING)


def judge(action: Action, situation: Situation) -> Withheld | None:
    """Segment, consent and holes; `None` means the client may have it."""
    elsewhere = situation.edition.not_here.get(action.id)
    if elsewhere is not None:
        return _not_here(elsewhere)
    no = in_segment(action, situation.state.served.tier)
    if no is not None:
        return no
    return situation.unmarketed if action.marketing else None


def in_segment(action: Action, tier: str) -> Withheld | None:
    """Is it for clients of this tier?"""
    if action.tiers and tier not in action.tiers:
        return Withheld(Stage.ELIGIBILITY, WithheldReason.NOT_IN_SEGMENT, value=tier)
    return None


def _not_here(scope: Scope) -> Withheld:
    """A narrower row has it offered elsewhere alone, or everywhere but here."""
    return Withheld(Stage.ELIGIBILITY, WithheldReason.NOT_ON_SHELF, "scope", value=str(scope))


def applies(action: Action, situation: Situation, run: Instance | None) -> Withheld | None:
    """Does it fit now: a journey step asks for it, or its own condition holds."""
    if _is_under_way(action, situation, run):
        return _TASK_OPEN
    if not action.obligation and _is_owned(action, situation):
        return _CASE_OWNS_TOPIC
    return None if run is not None else _outside(action, situation)


def _is_under_way(action: Action, situation: Situation, run: Instance | None) -> bool:
    """Has it become a task already? A duty is owed to each run by itself."""
    found = situation.open_tasks.get(action.id)
    if found is None or run is None or not action.obligation:
        return found is not None
    return any((task.journey, task.instance) == (run.journey, run.key) for task in found)


def _outside(action: Action, situation: Situation) -> Withheld | None:
    """No journey asks for it: a journey under way speaks for its topic, a rest is kept."""
    if action.applies is None:
        return _INTENT_OFF
    if situation.state.instances and action.group in situation.groups_under_way:
        return _INSTANCE_OPEN
    until = silent_until(situation.state.ledger, f"again:{action.id}", now=situation.now)
    if until is not None:
        return Withheld(Stage.CONTACT_POLICY, WithheldReason.COOL_DOWN, "rest", until=until)
    return fits(action.applies.holds(situation.lookup))


def fits(holds: bool | None) -> Withheld | None:  # noqa: FBT001 - what a condition answers
    """What a condition's answer means: of what nobody knows nothing is proposed."""
    if holds is None:
        return _DATA_MISSING
    return None if holds else _INTENT_OFF


def reachable(action: Action, situation: Situation) -> tuple[Treatment, ...]:
    """The treatments that could reach this client, cheapest first; may be empty."""
    served = situation.state.served
    return tuple(
        [
            treatment
            for treatment in action.cheapest_first
            if (not treatment.tiers or served.tier in treatment.tiers)
            and (treatment.channel not in _DESKED or any(_ranked(treatment, served)))
        ]
    )


def _is_owned(action: Action, situation: Situation) -> bool:
    """Does an open case own a topic of this action? A duty is owed all the same."""
    owned = situation.topics_owned
    return bool(owned) and not owned.isdisjoint((action.group, *action.tags))


_DESKED = frozenset({Channel.REMOTE, Channel.BRANCH})


def desks(treatment: Treatment, served: Served) -> tuple[str, ...]:
    """Who may work a treatment, first choice first; none in a channel without desks."""
    return tuple(dict.fromkeys(desk for desk in _ranked(treatment, served) if desk))


def _ranked(treatment: Treatment, served: Served) -> tuple[str | None, ...]:
    """Who there is, each `None` where nobody is."""
    if treatment.desk == "team":
        return (served.team,)
    if treatment.channel is Channel.BRANCH and (served.rm or served.team):
        return served.rm, served.team, served.remote
    return (served.remote,) if treatment.channel is Channel.REMOTE else ()
