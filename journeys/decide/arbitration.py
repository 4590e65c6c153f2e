"""Which: `priority = P x V x C x L`, against each other and against doing nothing."""

from journeys.catalogue.actions import Action, Treatment
from journeys.catalogue.edition import Edition
from journeys.decide import value
from journeys.decide.candidate import Considered, Situation
from journeys.decide.verdict import Sale, Withheld
from schemas.decisions import ScoreParts, Stage, WithheldReason
from schemas.tasks import TaskState
from schemas.wire import Channel


def parts(
    action: Action, treatment: Treatment, situation: Situation, sale: Sale | None = None
) -> ScoreParts:
    """The parts of a priority, all kept. P is the dated base rate until models are learned."""
    rate = situation.edition.arbitration.base_rates[action.id, str(treatment.channel)]
    worth = value.points(action, situation, sale)
    context = _context(action, treatment, situation)
    levers = 1 + situation.edition.arbitration.levers.get(action.id, 0) / 100
    return ScoreParts(
        p=rate.p,
        prior=rate.p,
        value_points=worth,
        context=context,
        levers=levers,
        priority=rate.p * worth * context * levers,
    )


def choose(
    survivors: list[Considered], edition: Edition
) -> tuple[list[Considered], list[Considered]]:
    """Split into chosen and withheld: every obligation, and the best of the rest if it is worth it.

    Ties go to the earlier deadline, then to the action's id.
    """
    chosen = [one for one in survivors if one.action.obligation]
    rivals = sorted((one for one in survivors if not one.action.obligation), key=_rank)
    if not rivals:
        return chosen, []
    best, cost = rivals[0], edition.arbitration.cost_points
    if _priority(best) <= cost:
        return chosen, [_fell(one, WithheldReason.NO_ACTION_BETTER, cost) for one in rivals]
    gap = _priority(best)
    losers = [_fell(one, WithheldReason.LOWER_PRIORITY, gap) for one in rivals[1:]]
    return [*chosen, best], losers


def _context(action: Action, treatment: Treatment, situation: Situation) -> float:
    terms, state = situation.edition.arbitration, situation.state
    total = 0.0 if action.topic is None else situation.chance(action.topic)
    if situation.trigger == "inbound":
        total += terms.inbound
    if treatment.channel is Channel.BRANCH and state.served.rm is not None:
        total += terms.own_rm
    last = next((row for row in reversed(state.tasks) if row.outcome or row.state_reason), None)
    if last is not None and last.state is TaskState.DECLINED:
        total += terms.declined
    return min(max(1 + total, terms.context_least), terms.context_most)


def _rank(one: Considered) -> tuple[float, int, str]:
    return (-_priority(one), one.action.expires, one.action.id)


def _priority(one: Considered) -> float:
    return 0.0 if one.parts is None else one.parts.priority


def _fell(one: Considered, reason: WithheldReason, limit: float) -> Considered:
    value, bar = round(_priority(one), 6), round(limit, 6)
    withheld = Withheld(Stage.ARBITRATION, reason, value=value, limit=bar)
    return one._replace(withheld=withheld)
