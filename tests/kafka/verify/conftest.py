"""A small life, and the proof over a broker of this run."""

import pytest

from streams.kafka.logs import Plan
from streams.verify.choice import Choice
from streams.verify.kafka import verify_kafka
from tests import services
from tests.kafka.nursery import nursery
from tests.kill import life


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    events, _ = life.record(tmp_path_factory.mktemp("life"))
    return events


@pytest.fixture(scope="module")
def free_bootstrap(kafka_bootstrap):
    """The broker, without what other tests have left there."""
    services.fresh_logs(kafka_bootstrap, Plan(1, 1))
    return kafka_bootstrap


@pytest.fixture
def run(recorded, free_bootstrap, tmp_path):
    def verify(**more):
        choice = {
            "bootstrap": free_bootstrap,
            "seed": 3,
            "start": nursery().starter(),
        } | more
        return verify_kafka(Choice(recorded, **choice), tmp_path)

    return verify
