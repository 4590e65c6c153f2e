"""What an action is worth to the client, in points of wealth health, 0 to 10."""

from journeys.catalogue.actions import Action
from journeys.decide.candidate import Situation
from journeys.decide.verdict import Sale

_MOST_POINTS = 10.0


def points(action: Action, situation: Situation, sale: Sale | None = None) -> float:
    """The action's dated value, times the chance of its topic where the rule says so.

    Of a selling action what its move would add to the score: nothing that the bank earns is read.
    """
    if sale is not None:
        return min(sale.gain_points, _MOST_POINTS)
    if action.value_by_topic and action.topic is not None:
        return action.value_points * situation.chance(action.topic)
    return action.value_points
