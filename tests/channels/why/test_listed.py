"""`suishen explain` without a decision: what a client was offered, and who is on the log."""

import json

import pytest

from channels.offline import ENGINE
from streams.embedded.file import FileReader
from streams.file_log import FileLog
from streams.past import Past


@pytest.fixture(scope="module")
def past(life):
    return Past(FileLog.of(life / "log.jsonl"))


@pytest.fixture(scope="module")
def client(past):
    """One who was contacted."""
    for life in past.lives(is_written=False):
        for one in life.tasks:
            if one.state == "completed":
                return one.client
    raise AssertionError("nobody was contacted in this life")


@pytest.fixture(params=["recording", "folder"])
def log(request, life):
    """The options that name either log."""
    return ["--events", life / "log.jsonl"] if request.param == "recording" else ["--data", life]


def test_a_clients_list_says_what_became_of_each_choice(suishen, log, client):
    english = suishen("explain", "--client", client, *log, "--lang", "en")[1].splitlines()
    chinese = suishen("explain", "--client", client, *log)[1].splitlines()
    fates = ("the client was contacted, 2026-", "not contacted", "not reached")
    for line in english:
        assert line.endswith("nothing chosen") != any(fate in line for fate in fates)
    assert any("; the client was contacted, 2026-" in line for line in english)
    assert any("；已联系客户，2026-" in line for line in chinese)
    found = json.loads(suishen("explain", "--client", client, *log, "--json")[1])["decisions"]
    contacted = [one for one in found if one["contacted_at"] is not None]
    assert len(contacted) == sum("; the client was contacted" in line for line in english)


def test_without_a_client_a_log_lists_its_clients(suishen, log, past, client):
    code, out, _ = suishen("explain", *log, "--lang", "en")
    mine = [one.event for one in past.decisions(client)]
    chose = sum(bool(one.data.task_ids) for one in mine)
    line = next(one for one in out.splitlines() if one.startswith(client))
    assert code == 0
    assert f"  {len(mine)} decisions, {chose} of them chose something; " in line
    assert f"suishen explain {log[0]} {log[1]} --client ct_" in out.splitlines()[-1]
    found = json.loads(suishen("explain", *log, "--json")[1])["clients"]
    row = next(one for one in found if one["client"] == client)
    assert (row["decisions"], row["chose"], row["contacts"] > 0) == (len(mine), chose, True)
    assert "次\n" in suishen("explain", *log)[1]


def test_the_clients_of_a_cluster_are_not_listed(suishen):
    code, _, err = suishen("explain", "--bootstrap", "nowhere:9092")
    assert (code, "of a cluster name a DECISION" in err) == (2, True)


def test_a_recording_leads_to_the_lives_that_the_engine_wrote(past, life):
    engine = Past(FileReader(life / ENGINE))
    for folded, written in zip(
        past.lives(is_written=False), engine.lives(is_written=True), strict=True
    ):
        assert [one.value for one in folded.decisions] == [one.value for one in written.decisions]
        assert folded.tasks == written.tasks
