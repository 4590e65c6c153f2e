"""Members of a group on a real broker: restarts, take-overs, twins, and one with nothing to do."""

import time

import pytest

from streams.kafka.logs import Plan
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS
from tests.kafka import running
from tests.kafka.conftest import QUICK, SHORT
from tests.kafka.test_away import Load, judged, measured, outputs

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.untraced]


@pytest.fixture
def loaded(empty_logs, small_life):
    """Logs under a steady load."""
    reference, events = small_life
    running.publish(empty_logs, reference)
    load = Load(empty_logs, [m for m in events if m.topic == CLIENT_EVENTS], rate=30)
    load.start()
    yield empty_logs, load
    load._ended.set()


def first_output_after(bootstrap, act):
    """Seconds from an act to the first output that stands after it."""
    act()
    began, before = time.monotonic(), outputs(bootstrap)
    running.until(lambda: outputs(bootstrap) > before, 60)
    return time.monotonic() - began


def finished(bootstrap, load):
    load.end()
    running.until_applied(bootstrap)


def test_a_static_member_that_is_killed_and_started_again_goes_on(loaded, workers):
    bootstrap, load = loaded
    worker = workers.worker(bootstrap, **QUICK)
    running.until(lambda: outputs(bootstrap) > 20, 60)
    worker.kill()
    seconds = first_output_after(bootstrap, lambda: workers.worker(bootstrap, **QUICK))
    measured("kill -9 and restart of a static member: first output after", seconds)
    finished(bootstrap, load)
    assert judged(bootstrap) == (0, 0, 0)


def test_another_member_takes_over_when_the_session_is_over(loaded, workers):
    bootstrap, load = loaded
    lost = workers.worker(bootstrap, instance=0, **SHORT)
    lost.until("taken_over")
    heir = workers.worker(bootstrap, instance=1, **SHORT)
    heir.until("loaded", count=2)
    running.until(lambda: outputs(bootstrap) > 20, 60)
    began = time.monotonic()
    lost.kill()
    heir.until("loaded", count=running.PLAN.clients)
    measured("kill -9: another member has taken over after", time.monotonic() - began)
    finished(bootstrap, load)
    assert heir.poll() is None
    assert judged(bootstrap) == (0, 0, 0)


def test_trap_4_of_two_processes_with_one_number_one_ends_and_says_why(loaded, workers):
    """They would evict each other for ever.

    Until its next heartbeat the first is a zombie: an output of it may stand behind the tail that
    the second has read. Readers drop it by its name.
    """
    bootstrap, load = loaded
    first = workers.worker(bootstrap, **QUICK)
    first.until("taken_over")
    second = workers.worker(bootstrap, **QUICK)
    assert first.wait() == 70
    assert first.reason.endswith("is another worker running under this instance number?")
    finished(bootstrap, load)
    assert second.poll() is None
    lost, _, different = judged(bootstrap)
    assert (lost, different) == (0, 0)


def test_a_member_with_nothing_to_do_is_well_and_takes_over(kafka_bootstrap, small_life, workers):
    running.fresh(kafka_bootstrap, Plan(clients=1, desks=4, unfed=True))
    reference, events = small_life
    events = [m for m in events if (m.topic, m.partition) == (CLIENT_EVENTS, 0)]
    running.publish(kafka_bootstrap, [*reference, *events[:80]])
    both = [workers.worker(kafka_bootstrap, instance=None, **QUICK) for _ in range(2)]
    for worker in both:
        worker.until("taken_over")
    running.until_applied(kafka_bootstrap)
    busy, idle = sorted(both, key=lambda worker: -len(worker.lines("applied")))
    assert idle.poll() is None
    assert busy.term() == 0
    running.publish(kafka_bootstrap, events[80:])
    running.until_applied(kafka_bootstrap)
    assert idle.lines("loaded")
    assert idle.term() == 0
    assert judged(kafka_bootstrap) == (0, 0, 0)
    assert running.ends_of(kafka_bootstrap, CLIENT_FACTS)[0] > 0
