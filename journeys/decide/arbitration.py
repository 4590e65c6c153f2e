"""Which: `priority = P x V x C x L`, against each other and against doing nothing."""

from collections.abc import Iterable

from journeys.catalogue.actions import Action, Treatment
from journeys.decide import ahead, propensity, value
from journeys.decide.candidate import Considered, Situation
from journeys.decide.verdict import Sale, Withheld
from schemas.decisions import ScoreParts, Stage, WithheldReason
from schemas.tasks import TaskState
from schemas.wire import Channel


def parts(
    action: Action, treatment: Treatment, situation: Situation, sale: Sale | None = None
) -> ScoreParts:
    """The parts of a priority, all kept."""
    chance = propensity.told(action, treatment, situation)
    worth = value.points(action, situation, sale)
    context = _context(action, treatment, situation)
    levers = 1 + situation.edition.arbitration.levers.get(action.id, 0) / 100
    return ScoreParts(
        p=chance.p,
        prior=chance.prior,
        value_points=worth,
        context=context,
        levers=levers,
        priority=chance.p * worth * context * levers,
        bins=chance.bins,
    )


def choose(
    survivors: list[Considered], situation: Situation
) -> tuple[list[Considered], list[Considered]]:
    """Split into chosen and withheld: every obligation, and the best of the rest if it is worth it.

    Ties go to the earlier deadline, then to the action's id. What has to wait for something better
    leaves its place to the next.
    """
    chosen = [one for one in survivors if one.action.obligation]
    rivals = sorted((one for one in survivors if not one.action.obligation), key=_rank)
    cost = situation.edition.arbitration.cost_points
    held: list[Considered] = []
    for place, one in enumerate(rivals):
        rest, priority = rivals[place:], _priority(one)
        if priority <= cost:
            return chosen, [*held, *_fell(rest, WithheldReason.NO_ACTION_BETTER, cost)]
        waits = ahead.judge(one, situation, _expected)
        if waits is None:
            losers = _fell(rest[1:], WithheldReason.LOWER_PRIORITY, priority)
            return [*chosen, one], [*held, *losers]
        held.append(one._replace(withheld=waits))
    return chosen, held


def _expected(action: Action, treatment: Treatment, situation: Situation) -> float:
    return parts(action, treatment, situation).priority


def _context(action: Action, treatment: Treatment, situation: Situation) -> float:
    terms, state = situation.edition.arbitration, situation.state
    total = 0.0 if action.topic is None else situation.chance(action.topic)
    if situation.trigger == "inbound":
        total += terms.inbound
    if treatment.channel is Channel.BRANCH and state.served.rm is not None:
        total += terms.own_rm
    if situation.derived(_has_declined):
        total += terms.declined
    return min(max(1 + total, terms.context_least), terms.context_most)


def _has_declined(situation: Situation) -> bool:
    """Was the last contact declined?"""
    tasks = reversed(situation.state.tasks)
    last = next((row for row in tasks if row.outcome or row.state_reason), None)
    return last is not None and last.state is TaskState.DECLINED


def _rank(one: Considered) -> tuple[float, int, str]:
    return (-_priority(one), one.action.expires, one.action.id)


def _priority(one: Considered) -> float:
    return 0.0 if one.parts is None else one.parts.priority


def _fell(losers: Iterable[Considered], reason: WithheldReason, limit: float) -> list[Considered]:
    stage, bar = Stage.ARBITRATION, round(limit, 6)
    return [
        Considered(
            one.action,
            one.run,
            one.treatment,
            one.parts,
            Withheld(stage, reason, value=round(_priority(one), 6), limit=bar),
            one.sale,
        )
        for one in losers
    ]
