"""The runner of operations over fakes: what is answered, and when it is committed."""

import threading
from collections import deque

import pytest
from prometheus_client import CollectorRegistry
from typing_extensions import override

from channels.corebank.following import Operations
from channels.corebank.port import CoreBank, Done, NoAnswerError
from channels.process import Process
from schemas import codec, facts
from streams.errors import TransientError
from streams.health import Health
from streams.kafka.faults import NoFault
from streams.logs import Level, make_logger
from streams.metrics import Metrics
from streams.ports import Record
from streams.settings import Settings
from tests.builders import CLIENT, MONDAY_10
from tests.channels.corebank.test_standin import request
from tests.channels.ingress.test_forward import FakeFollower
from tests.fakes import StillClock


class Core(CoreBank):
    """Says what it is told, and remembers what it was asked."""

    def __init__(self, *words):
        self.words, self.asked = deque(words), []

    @override
    def carry_out(self, request):
        self.asked.append(request.step)
        word = self.words.popleft() if self.words else Done(is_done=True)
        if word is None:
            raise NoAnswerError
        return word


class Log:
    def __init__(self, *fails):
        self.fails, self.written = deque(fails), []

    def write(self, messages):
        if self.fails and self.fails.popleft():
            raise TransientError("away")
        self.written += messages


def asked(step, **more):
    fact = codec.build(
        facts.StepAsked, request(step, **more), event_id=f"f-{step}", source=facts.CLIENT_FOLD,
        key=CLIENT, time=MONDAY_10, causeid="c", causesource="/app",
    )  # fmt: skip
    return record(codec.encode(fact))


def record(raw):
    return Record("client-facts", 0, 0, CLIENT.encode(), raw, (), MONDAY_10)


@pytest.fixture
def process(tmp_path):
    clock = StillClock(MONDAY_10)
    with (tmp_path / "log").open("w") as file:
        log = make_logger(file, clock=clock, level=Level("info"), version="t")
        metrics = Metrics(CollectorRegistry())
        yield Process(Settings(), "", log, metrics, Health(), clock, threading.Event())


def run(process, follower, log, core):
    operations = Operations(process, follower, log, core, NoFault())
    return operations.step()


def told(log):
    return [codec.decode(message.value, codec.CLIENT_LOG) for message in log.written]


def test_each_step_asked_for_is_answered_on_its_clients_log(process):
    core, log = Core(Done(is_done=True), Done(is_done=False, reason="no_cover"), None), Log()
    batch = [asked("reserve_funds"), asked("correct_payment"), asked("send_payment")]
    assert run(process, FakeFollower(batch), log, core) == 3
    assert core.asked == ["reserve_funds", "correct_payment", "send_payment"]
    assert [(event.data.outcome, event.data.reason) for event in told(log)] == [
        ("done", None), ("failed", "no_cover"), ("unknown", "no_answer"),
    ]  # fmt: skip
    assert {(m.topic, m.key) for m in log.written} == {("client-events", CLIENT.encode())}


def test_asked_again_it_is_the_same_event_and_another_attempt_is_another(process):
    log = Log()
    batch = [asked("reserve_funds"), asked("reserve_funds"), asked("reserve_funds", attempt=2)]
    run(process, FakeFollower(batch), log, Core())
    first, again, later = (event.id for event in told(log))
    assert first == again != later


def test_other_facts_are_passed_over_and_committed(process):
    follower, log, core = FakeFollower([record(b'{"type":"org.suishen.fact.x.v1"}')]), Log(), Core()
    assert run(process, follower, log, core) == 0
    assert (core.asked, log.written, follower.committed) == ([], [], 1)


def test_nothing_is_committed_before_it_is_written_and_what_fails_is_tried_again(process):
    follower, log = FakeFollower([asked("reserve_funds")]), Log("away", "away", "")
    assert run(process, follower, log, Core()) == 1
    assert (len(log.written), follower.committed) == (1, 1)


def test_told_to_stop_while_the_broker_is_away_it_commits_nothing(process):
    process.stop.set()
    follower = FakeFollower([asked("reserve_funds")])
    with pytest.raises(TransientError):
        run(process, follower, Log("away"), Core())
    assert follower.committed == 0
