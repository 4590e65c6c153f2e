"""`suishen case` over a folder in which a client asked for something."""

import json

import pytest
from click.testing import CliRunner

from channels.cli import commands
from channels.offline import ENGINE
from schemas.reference import CatalogueFiles
from schemas.time import DAY, Instant
from streams.catalogue_files import read_files, version_of
from streams.embedded.engine import EmbeddedEngine
from streams.ports import Outgoing
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_baseline, a_document
from tests.fakes import StillClock
from tests.journeys.client.casework import PAYMENT


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    engine = EmbeddedEngine(folder / ENGINE, StillClock(MONDAY_10))
    files = read_files()
    engine.release([CatalogueFiles(version=version_of(files), files=files)])
    need = {"request": "payment_failed", "session": "s1", "channel": "ai", "record": PAYMENT}
    said = [
        a_document(
            "corebank.baseline_loaded", a_baseline(positions=[]), at=Instant(MONDAY_10 - DAY)
        ),
        a_document("case.need_raised", need),
    ]
    engine.append(
        [Outgoing("client-events", CLIENT.encode(), json.dumps(d).encode()) for d in said]
    )
    engine.drain()
    engine.close()
    return folder


def asked(folder, *words):
    return CliRunner().invoke(
        commands, ["case", *words, "--data", str(folder)], standalone_mode=False
    )


def test_a_clients_cases_are_told_with_all_that_was_said_and_done(folder):
    found = json.loads(asked(folder, CLIENT, "--json").output)
    (case,) = found["cases"]
    assert (case["case_type"], case["life"], case["owner"]) == (
        "payment_failed", "open", "remote-1"
    )  # fmt: skip
    assert [line["word"] for line in case["lines"]] == ["opened"]
    assert case["lines"][0]["at"] == "2026-11-23T02:00:00Z"
    by_name = json.loads(asked(folder, case["case_id"], "--json").output)
    assert by_name == found


@pytest.mark.parametrize("name", [OTHER_CLIENT, "k_" + "9" * 32, "nonsense"])
def test_where_there_is_none_it_says_so(folder, name):
    answer = asked(folder, name)
    assert (answer.return_value, "no case of" in answer.output) == (1, True)
