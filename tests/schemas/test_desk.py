import json

import pytest
from pydantic import ValidationError

from schemas.signals.desk import DeskAction

PLAIN = {"task_id": "t_" + "0" * 32, "task_version": 1, "actor": "li.na"}


def act(action, **more):
    return DeskAction.model_validate_json(json.dumps({**PLAIN, "action": action, **more}))


@pytest.mark.parametrize(
    ("action", "field"),
    [("decline", "reason"), ("complete", "outcome"), ("snooze", "until"), ("hand_over", "to")],
)
def test_an_action_says_what_it_needs(action, field):
    with pytest.raises(ValidationError, match=f"'{action}' needs '{field}'"):
        act(action)


@pytest.mark.parametrize("action", ["accept", "start", "release"])
def test_a_plain_action_needs_nothing(action):
    assert act(action).action == action


def test_a_whole_action_is_taken():
    assert act("hand_over", to="remote-1").to == "remote-1"
