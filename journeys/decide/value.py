"""What an action is worth to the client, in points of wealth health, 0 to 10."""

from journeys.catalogue.actions import Action
from journeys.decide.candidate import Situation


def points(action: Action, situation: Situation) -> float:
    """The action's dated value, times the chance of its topic where the rule says so."""
    if action.value_by_topic and action.topic is not None:
        return action.value_points * situation.chance(action.topic)
    return action.value_points
