"""A member knows its topics before it joins: one that leads the group gives away what it knows."""

from contextlib import nullcontext
from typing import Any, ClassVar

import pytest
from kafka.errors import KafkaTimeoutError

from streams.clock import WallClock
from streams.errors import TransientError
from streams.kafka import follower as module
from streams.kafka.follower import Follower, Membership

pytestmark = pytest.mark.kafka


class Consumer:
    """Knows its topics after so many questions."""

    made: ClassVar[list[Any]] = []
    answers: ClassVar[list[Any]] = []

    def __init__(self, **_):
        self.asked, self.said, self.is_closed = 0, [], False
        self.made.append(self)

    def subscribe(self, *_, **__):
        self.said.append("subscribe")

    def partitions_for_topic(self, topic):
        self.said.append(f"ask {topic}")
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def poll(self, **_):
        self.said.append("poll")
        return {}

    def assignment(self):
        return set()

    def close(self, **_):
        self.is_closed = True


@pytest.fixture
def follower(monkeypatch):
    monkeypatch.setattr(Consumer, "made", [])
    monkeypatch.setattr(module, "KafkaConsumer", Consumer)
    monkeypatch.setattr(module, "admin", lambda *_, **__: nullcontext())
    monkeypatch.setattr(module, "layout_of", lambda *_: {})
    return Follower("h:1", ["a", "b"], Membership("g"), clock=WallClock(), told=lambda *_: None)


def test_the_topics_are_known_before_the_first_poll_joins(follower, monkeypatch):
    monkeypatch.setattr(Consumer, "answers", [{0}, {0, 1}])
    follower.poll(0.0, 10)
    assert Consumer.made[0].said == ["subscribe", "ask a", "ask b", "poll"]


@pytest.mark.parametrize("second", [set(), KafkaTimeoutError("no answer")])
def test_while_a_topic_is_not_known_nobody_joins_and_the_next_try_is_a_new_one(
    follower, monkeypatch, second
):
    monkeypatch.setattr(Consumer, "answers", [{0}, second, {0}, {0}])
    with pytest.raises(TransientError):
        follower.poll(0.0, 10)
    assert Consumer.made[0].is_closed
    assert "poll" not in Consumer.made[0].said
    follower.poll(0.0, 10)
    assert Consumer.made[1].said[-1] == "poll"
