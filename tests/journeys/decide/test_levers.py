"""What the record says of other levers, against what arbitration chooses with them."""

from hypothesis import given
from hypothesis import strategies as st

from journeys.decide import arbitration
from journeys.decide.candidate import Considered
from journeys.measures.ranking import Rival, first, first_without_levers
from schemas.decisions import ScoreParts
from tests.journeys.decide.sales import a_life, situation

ASKED = situation(a_life())
COST = ASKED.edition.arbitration.cost_points
RANKED = sorted(
    (each for each in ASKED.edition.actions.values() if not each.obligation),
    key=lambda each: each.id,
)[:6]
PART = st.sampled_from([0.1, 0.25, 0.5, 1.0])
LEVERS = st.sampled_from([0.5, 1.0, 1.6, 2.0])


@st.composite
def survivors(draw):
    """Some actions that passed every gate, with parts that often come out alike."""
    actions = draw(st.lists(st.sampled_from(RANKED), max_size=6, unique_by=lambda each: each.id))
    return [(action, draw(PART), draw(PART), draw(PART), draw(LEVERS)) for action in actions]


def considered(each, *, levered):
    action, p, value, context, lever = each
    levers = lever if levered else 1.0
    parts = ScoreParts(
        p=p, prior=p, value_points=value, context=context, levers=levers,
        priority=p * value * context * levers,
    )  # fmt: skip
    return Considered(action, parts=parts)


def chosen(drawn, *, levered):
    ranked = [considered(each, levered=levered) for each in drawn]
    won, _ = arbitration.choose(ranked, ASKED)
    return next((one.action.id for one in won), None)


@given(survivors())
def test_the_record_names_what_is_chosen_with_levers_and_without(drawn):
    rivals = []
    for each in drawn:
        parts = considered(each, levered=True).parts
        unlevered = parts.p * parts.value_points * parts.context
        rivals.append(Rival(each[0].id, parts.priority, unlevered, each[0].expires))
    assert first(rivals, cost=COST) == chosen(drawn, levered=True)
    assert first_without_levers(rivals, cost=COST) == chosen(drawn, levered=False)
