"""What may not be shown now and would be at another hour is offered then."""

import pytest

from schemas.time import HOUR, Instant
from tests.builders import MONDAY_10, Life, a_position
from tests.journeys.client.living import tasks_of

SAID = {
    "session": "s", "turn": 1, "channel": "ai", "language": "zh", "reading": "accept",
    "guesses": [{"intent": "invest_idle", "p": 0.95}], "margin": 0.9, "model": "m", "path": "p",
}  # fmt: skip
NIGHT = Instant(MONDAY_10 + 13 * HOUR)


@pytest.mark.parametrize("at", [MONDAY_10, NIGHT], ids=["by day", "at night"])
def test_what_comes_up_at_night_is_offered_in_the_morning(at):
    life = Life()
    life.say("corebank.position_reported", a_position("cur", 20_000))
    life.say("conversation.utterance_understood", SAID, at=at)
    assert bool(tasks_of(life)) is (at == MONDAY_10)
    life.wait(Instant(at + 12 * HOUR))
    assert [task.action for task in tasks_of(life)][:1] == ["idle_cash_view"]
