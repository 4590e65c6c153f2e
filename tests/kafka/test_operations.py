"""Operations over a real broker: asked of the core bank once for a key, whoever dies in between."""

import json

import pytest

from channels.corebank.overhttp import create_app
from channels.up.bank import serving
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS
from tests.builders import a_baseline, a_document
from tests.channels.corebank.test_standin import a_bank
from tests.journeys.client.casework import PAYMENT
from tests.kafka.conftest import QUICK
from tests.kafka.feeding import PLAN, ago, release, running, said
from tests.kafka.names import client_of
from tests.kafka.running import fresh, publish, read_all, until
from tests.services import free_port

pytestmark = pytest.mark.kafka
CLIENT = client_of(1)


@pytest.fixture
def logs(kafka_bootstrap):
    fresh(kafka_bootstrap, PLAN)
    release(kafka_bootstrap)
    return kafka_bootstrap


def tell(bootstrap, kind, data, seconds):
    where = {"session": "s1", "channel": "ai"} if kind.startswith("case.") else {}
    source = "/corebank" if kind.startswith("corebank") else "/conversation/ai"
    document = a_document(
        kind, data | where, key=CLIENT, at=ago(seconds), event_id=kind, source=source
    )
    publish(bootstrap, [said(CLIENT_EVENTS, document)])


def facts_of(bootstrap, kind):
    found = (json.loads(record.value) for record in read_all(bootstrap, CLIENT_FACTS))
    return [fact["data"] for fact in found if fact["type"].split(".")[-2] == kind]


def newest(bootstrap, kind):
    until(lambda: facts_of(bootstrap, kind), 60)
    return facts_of(bootstrap, kind)[-1]


def test_an_operation_is_carried_to_its_end_though_its_runner_dies_before_it_commits(logs, workers):
    bank, port = a_bank(), free_port(29500)
    settings = {"SUISHEN_COREBANK_URL": f"http://127.0.0.1:{port}"}
    worker = workers.worker(logs, **QUICK)
    with serving(create_app(bank.carry_out), port):
        tell(logs, "corebank.baseline_loaded", a_baseline(positions=[]), 90_000)
        tell(logs, "case.need_raised", {"request": "payment_failed", "record": PAYMENT}, 60)
        case_id = newest(logs, "case_advanced")["case_id"]
        wish = {"case_id": case_id, "operation": "fix_failed_payment", "parameters": PAYMENT}
        tell(logs, "case.operation_wanted", wish | {"by": "client"}, 50)
        operation_id = newest(logs, "operation_advanced")["operation_id"]
        yes = {"operation_id": operation_id, "confirmed": True, "by": "client"}
        tell(logs, "case.operation_replied", yes, 40)
        crash = ("--instance", "0", "--crash-at", "operations.commit:1")
        with running(logs, "operations", *crash, **settings) as runner:
            assert runner.wait(60) == 9
        with running(logs, "operations", "--instance", "0", **settings) as runner:
            until(lambda: newest(logs, "operation_advanced")["state"] == "done", 90)
            assert runner.term() == 0
    assert worker.term() == 0
    assert sorted(bank.carried_out.values()) == [1, 1, 1]
    assert bank.payments["p-17"].state == "sent"
    assert [fact["move"] for fact in facts_of(logs, "case_advanced")][-1] == "confirmed"
    asked = facts_of(logs, "step_asked")
    assert [step["step"] for step in asked] == ["reserve_funds", "correct_payment", "send_payment"]


def test_without_a_core_bank_it_does_not_start(logs):
    with running(logs, "operations") as runner:
        assert runner.wait(30) == 70
        assert "set SUISHEN_COREBANK_URL" in runner.path.read_text()
