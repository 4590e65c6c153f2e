"""A log that was made anew: the worker refuses, `epoch advance` carries its memory over."""

import json

import pytest
from click.testing import CliRunner
from kafka import KafkaAdminClient

from channels.epoch_cli import epoch
from journeys.client.stored.codec import decode
from streams.frame import peek
from streams.kafka.logs import declare
from streams.topics import CLIENT_EVENTS
from tests.builders import a_baseline, a_document
from tests.kafka.conftest import QUICK
from tests.kafka.feeding import PLAN, Groups, ago, release, said
from tests.kafka.names import client_of
from tests.kafka.running import dismiss, fresh, publish, read_all, until

pytestmark = pytest.mark.kafka
CLIENTS = 8


@pytest.fixture
def logs(kafka_bootstrap):
    fresh(kafka_bootstrap, PLAN)
    release(kafka_bootstrap)
    return kafka_bootstrap


def told(kind, data, number, name, *, at):
    document = a_document(
        kind, data, key=client_of(number), source="/corebank", at=at, event_id=f"{name}{number}"
    )
    return said(CLIENT_EVENTS, document)


def baselines():
    return [
        told("corebank.baseline_loaded", a_baseline(), number, "b", at=ago(600))
        for number in range(CLIENTS)
    ]


def pages(name):
    return [
        told("app.page_viewed", {"page": "holdings"}, number, name, at=ago(60))
        for number in range(CLIENTS)
    ]


def made_anew(bootstrap):
    client = KafkaAdminClient(bootstrap_servers=bootstrap)
    client.delete_topics([CLIENT_EVENTS])
    until(lambda: CLIENT_EVENTS not in client.list_topics(), 20)
    client.close()
    declare(bootstrap, PLAN)


def advance(bootstrap, *more, answer=None):
    given = ["advance", "--fold", "client", "--bootstrap", bootstrap, "--json", *more]
    return CliRunner().invoke(epoch, given, input=answer)


def advanced(bootstrap):
    """What it says that it did."""
    return json.loads(advance(bootstrap, "--yes").stdout)


def work(workers, bootstrap):
    """Let a worker apply what is there, and stop it in good order."""
    worker, groups = workers.worker(bootstrap, **QUICK), Groups(bootstrap)
    worker.until("taken_over")
    until(groups.is_applied, 60)
    groups.close()
    assert worker.term() == 0
    dismiss(bootstrap)  # a static member's session goes on without it


def last_states(bootstrap):
    found = {record.key: record.value for record in read_all(bootstrap, "state-client")}
    return {(key or b"").decode(): peek(value) for key, value in found.items()}


def test_a_log_made_anew_is_refused_until_the_memory_is_carried_over(logs, workers):
    publish(logs, baselines() + pages("old"))
    work(workers, logs)
    before = last_states(logs)
    made_anew(logs)
    publish(logs, pages("new"))
    refused = workers.worker(logs, **QUICK)
    assert refused.wait() == 70
    assert "'suishen epoch advance'" in refused.reason
    assert "1 live members" in str(advance(logs, "--yes").exception)
    dismiss(logs)

    done = advanced(logs)
    assert (done["states"], done["rewritten"]) == (CLIENTS, CLIENTS)
    assert done["commits"] == {"0": 0, "1": 0}
    carried = last_states(logs)
    assert {key: one.state for key, one in carried.items()} == {
        key: one.state for key, one in before.items()
    }
    assert {(one.epoch, one.applied) for one in carried.values()} == {(done["epoch"], -1)}
    again = advanced(logs)
    assert (again["rewritten"], again["commits"]) == (0, {})
    asked = advance(logs, answer="n\n")
    assert (asked.exit_code, "Go on?" in asked.stderr) == (1, True)

    work(workers, logs)
    after = last_states(logs)
    for key, one in before.items():
        was, now = decode(one.state), decode(after[key].state)
        assert (now.book, now.served) == (was.book, was.served)
        assert (len(was.seen.marks), len(now.seen.marks)) == (2 * 7, 3 * 7)
        assert now.seen.marks.startswith(was.seen.marks)
