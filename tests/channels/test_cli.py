import json
import shutil

import pytest

from channels.catalogue_told import changed
from channels.workbench.wording import Words
from journeys.catalogue.difference import differences
from journeys.errors import DefinitionError
from schemas.time import DAY, Instant
from streams.catalogue_files import SHIPPED
from tests.builders import MONDAY_10, a_document, the_catalogue
from tests.streams.running import COMPLAINT, SPOKE, Running


@pytest.fixture
def folder(tmp_path):
    """An engine's folder with one good event and one broken one."""
    running = Running(tmp_path)
    running.release()
    running.known()
    running.say(SPOKE, COMPLAINT, event_id="talk-1")
    running.put(b'{"id":"bad-1","source":"/app/mobile","type":"org.suishen.consent.opted_out.v1"')
    running.live()
    running.engine.close()
    return tmp_path


def test_help_teaches(suishen):
    code, out, _ = suishen("--help")
    assert code == 0
    for command in ("demo", "run", "publish", "event", "dead-letters", "catalogue", "verify"):
        assert command in out


def test_an_unknown_command_is_bad_input(suishen):
    assert suishen("fly")[0] == 2


def test_the_shipped_catalogue_checks(suishen):
    code, out, _ = suishen("catalogue", "check", "--json")
    assert code == 0
    assert json.loads(out)["journeys"] >= 6


def test_production_asks_for_signatures(suishen):
    code, out, _ = suishen("catalogue", "check", "--json")
    assert (json.loads(out)["unsigned"], json.loads(out)["rules"]) == (54, 54)
    code, _, err = suishen("catalogue", "check", "--signed")
    assert code == 2
    assert "rule 's01' is not signed; write signed_by and signed_on" in err
    assert "conduct.toml:" in err


def test_a_broken_catalogue_names_file_line_and_remedy(suishen, tmp_path):
    (tmp_path / "tags.toml").write_text("[[tag]]\n")
    code, _, err = suishen("catalogue", "check", tmp_path)
    assert code == 2
    assert "tags.toml:1" in err


def test_what_became_of_an_event(suishen, folder):
    code, out, _ = suishen("event", "talk-1", "--data", folder, "--json")
    story = json.loads(out)
    assert (code, story["state"]) == (0, "applied")
    assert any(each["task"] for each in story["caused"])
    code, out, _ = suishen("event", "bad-1", "--data", folder, "--lang", "en")
    assert "dead letter" in out.lower()


def test_an_event_nobody_knows(suishen, folder, tmp_path):
    code, _, err = suishen("event", "none", "--data", folder)
    assert code == 1
    assert "check the id" in err
    code, _, err = suishen("event", "none", "--data", tmp_path / "empty")
    assert code == 2
    assert "--data" in err


def test_dead_letters_are_listed_shown_requeued_and_waived(suishen, folder):
    code, out, _ = suishen("dead-letters", "list", "--data", folder, "--json")
    (letter,) = json.loads(out)["dead_letters"]
    assert (code, letter["family"]) == (0, "consent")
    code, out, _ = suishen("dead-letters", "show", letter["name"], "--data", folder, "--json")
    assert json.loads(out)["code"] == "malformed-json"
    code, out, _ = suishen("dead-letters", "requeue", letter["name"], "--data", folder)
    assert (code, out.startswith("requeued as client-events/")) == (0, True)
    words = ("dead-letters", "waive", letter["name"], "--reason", "never", "--data", folder)
    assert suishen(*words)[0] == 0
    running = Running(folder)
    running.live()
    holes = [kind for kind in running.kinds("client-facts") if kind == "hole_changed"]
    assert len(holes) == 3  # opened, opened by the requeue, one closed by the waiver
    running.engine.close()
    code, _, err = suishen("dead-letters", "show", "nowhere/0/0", "--data", folder)
    assert code == 2
    assert "'suishen dead-letters list' names them" in err


def test_a_headless_bank_reports_funnels_and_caps_to_people(suishen):
    code, out, _ = suishen("demo", "--headless", "--clients", 20, "--days", 3)
    lines = out.splitlines()
    assert code == 0
    heads = next(line for line in lines if "goal rate" in line)
    assert heads.split()[:7] == ["journey", "entered", "open", "goal", "timeout", "exit", "recall"]
    caps = lines[lines.index("contacts, counted anew:") + 1 :]
    assert [line.split()[0] for line in caps] == ["cap", "day", "week", "calls_week"]


def test_a_life_that_overshot_a_cap_ends_with_a_difference(suishen, monkeypatch):
    cap = {"cap": "day", "allowed": 1, "hours": 24, "most": 2, "clients": 1, "over": 1}
    more = {"outlet": None, "without_a_slot": 0}
    found = {"journeys": {}, "contacts": {"caps": [cap | more]}}
    monkeypatch.setattr("channels.simulator.headless.run", lambda *_args, **_more: found)
    code, out, _ = suishen("demo", "--headless", "--clients", 1, "--days", 1)
    assert (code, " ".join(out.splitlines()[-1].split())) == (1, "day 24 h 1 2 1 1 0")


def test_a_headless_bank_and_its_proof_under_kills(suishen, tmp_path):
    record, truth = tmp_path / "events.jsonl", tmp_path / "truth.jsonl"
    words = ("demo", "--headless", "--clients", 30, "--days", 3, "--seed", 5, "--json")
    code, out, _ = suishen(*words, "--record", record, "--truth", truth)
    summary = json.loads(out)
    assert (code, summary["dead_letters"]) == (0, 0)
    assert summary["events"] > 100
    assert truth.read_text(encoding="utf-8").count("\n") > 30
    code, out, _ = suishen("verify", "--events", record, "--kills", 2, "--seed", 3, "--json")
    report = json.loads(out)
    assert (code, report["lost"], report["doubled"], report["different"]) == (0, 0, 0, 0)
    assert report["kills_under_load"] == 2
    again = json.loads(suishen(*words)[1])
    assert again["facts_sha256"] == summary["facts_sha256"]


def test_a_file_that_is_no_record_is_bad_input(suishen, tmp_path):
    record = tmp_path / "events.jsonl"
    record.write_text("{}\n")
    code, _, err = suishen("verify", "--events", record)
    assert code == 2
    assert "events.jsonl:1" in err


def test_brokers_are_only_killed_where_three_of_our_own_replicate(suishen, tmp_path):
    (tmp_path / "f").write_text("")
    words = ("verify", "--events", tmp_path / "f", "--host", "kafka", "--broker-kills", 1)
    for more in ((), ("--nodes", 3, "--bootstrap", "127.0.0.1:9")):
        code, _, err = suishen(*words, *more)
        assert (code, "needs --nodes 3 and no --bootstrap" in err) == (2, True)


def test_what_only_kafka_has_is_refused_for_the_embedded_host(suishen, tmp_path):
    (tmp_path / "f").write_text("")
    code, _, err = suishen("verify", "--events", tmp_path / "f", "--freeze", 15)
    assert (code, "--host kafka" in err) == (2, True)


def test_a_form_is_not_answered_by_a_made_up_number(suishen, tmp_path):
    form = tmp_path / "form.json"
    form.write_text("{}")
    code, _, err = suishen("assess", "conduct", form)
    assert (code, "'cases' is missing" in err) == (2, True)


def test_a_gateway_that_is_away_is_machinery(suishen, tmp_path, monkeypatch):
    monkeypatch.setattr("channels.publishing.PAUSE_S", 0)
    file = tmp_path / "events.jsonl"
    document = a_document("app.page_viewed", {"page": "other"}, at=Instant(MONDAY_10 - DAY))
    file.write_text(json.dumps(document) + "\n")
    code, _, err = suishen("publish", file, "--to", "http://127.0.0.1:9")
    assert (code, "does not take 1 events" in err) == (70, True)
    assert suishen("publish", "--now", file, "--to", "http://127.0.0.1:9")[0] == 70
    assert suishen("publish", "--client", "ct_1", file)[0] == 2
    file.write_text("{\n")
    assert suishen("publish", file)[0] == 2


def test_two_catalogues_are_compared_row_by_row(suishen, tmp_path):
    shutil.copytree(SHIPPED, tmp_path / "new")
    contact = tmp_path / "new" / "contact.toml"
    contact.write_text(
        contact.read_text().replace("marketing_per_week = 2 ", "marketing_per_week = 1 ")
    )
    words = ("catalogue", "diff", SHIPPED, tmp_path / "new")
    code, out, _ = suishen(*words, "--lang", "en")
    assert code == 1
    line = "contact.toml: contact 1 v1: marketing_per_week: 2 → 1"
    assert f"{line} (marketing a week, at most)" in out
    assert "1 difference, " in out
    _, out, _ = suishen(*words)
    assert f"{line}（7天内营销触达上限）" in out
    assert "1 处不同，" in out
    assert suishen("catalogue", "diff", SHIPPED, SHIPPED)[0] == 0
    code, out, _ = suishen("catalogue", "diff", SHIPPED, tmp_path / "new", "--json")
    (one,) = json.loads(out)["differences"]
    assert (one["file"], one["old"], one["new"]) == ("contact.toml", 2, 1)


def test_rows_that_come_and_go_are_named():
    old = {"a.toml": '[[rule]]\nid = "s01"\nversion = 1\n'}
    new = {"a.toml": '[[rule]]\nid = "s01"\nversion = 2\n', "b.toml": "top = 1\n"}
    found = [(one.file, one.row, one.key) for one in differences(old, new)]
    assert found == [
        ("a.toml", "rule s01 v1", ""),
        ("a.toml", "rule s01 v2", ""),
        ("b.toml", "top 1", ""),
    ]
    with pytest.raises(DefinitionError, match="no TOML"):
        list(differences({"a.toml": "="}, {}))


def test_a_whole_row_that_came_is_said_in_the_readers_language():
    (one,) = differences({}, {"a.toml": "top = 1\n"})
    edition = the_catalogue().at(MONDAY_10)
    assert changed(one, Words("zh", edition)) == "a.toml: top 1: 整行: None → {'value': 1}"
    assert changed(one, Words("en", edition)) == "a.toml: top 1: the row: None → {'value': 1}"


def test_the_help_of_the_demo_says_what_is_kept_and_how_to_read_it(suishen):
    code, out, _ = suishen("demo", "--help")
    told = " ".join(out.split())
    assert code == 0
    assert "keep the life here; read it with explain, why-not or replay --events PATH" in told
    assert "It keeps nothing but what --record and --truth name" in told


@pytest.mark.parametrize("option", [("--days", "30"), ("--record", "x"), ("--truth", "x")])
def test_a_live_demo_refuses_what_belongs_to_a_headless_one(suishen, option):
    code, _, err = suishen("demo", *option)
    assert (code, f"{option[0]} belongs to a demo with --headless" in err) == (2, True)


def test_a_checked_catalogue_says_where_it_stands(suishen):
    _, out, _ = suishen("catalogue", "check", "--lang", "en")
    assert f"folder: {SHIPPED}" in out
    assert "rules without a signature of their own: 54" in out
    _, out, _ = suishen("catalogue", "check")
    assert f"文件夹：{SHIPPED}" in out
    assert "未单独签署的规则：54" in out


def test_a_folder_that_is_none_is_said_in_one_line(suishen, tmp_path):
    code, _, err = suishen("catalogue", "check", tmp_path / "nowhere")
    assert (code, "does not exist" in err, len(err.splitlines()) < 6) == (2, True, True)
    code, _, err = suishen("catalogue", "diff", SHIPPED, tmp_path)
    assert (code, "no TOML files in" in err) == (2, True)


def test_the_shipped_catalogue_is_copied_to_a_new_folder_alone(suishen, tmp_path):
    code, out, _ = suishen("catalogue", "copy", tmp_path / "other")
    assert (code, "个文件到" in out) == (0, True)
    code, out, _ = suishen("catalogue", "copy", tmp_path / "mine", "--lang", "en")
    assert (code, "files written to" in out) == (0, True)
    assert suishen("catalogue", "diff", SHIPPED, tmp_path / "mine")[0] == 0
    code, _, err = suishen("catalogue", "copy", tmp_path / "mine")
    assert (code, "is not empty" in err) == (2, True)


def test_one_difference_is_told_as_one(suishen, tmp_path):
    suishen("catalogue", "copy", tmp_path / "mine")
    contact = tmp_path / "mine" / "contact.toml"
    contact.write_text(
        contact.read_text().replace("marketing_per_week = 2 ", "marketing_per_week = 1 ")
    )
    words = ("catalogue", "diff", SHIPPED, tmp_path / "mine", "--lang", "en")
    assert "1 difference, " in suishen(*words)[1]


def test_a_catalogue_taken_for_an_engine_is_named_as_one(suishen):
    for words in (("event", "x"), ("explain", "d_" + "0" * 32), ("catalogue", "stages")):
        code, _, err = suishen(*words, "--data", SHIPPED)
        assert (code, "that is a catalogue" in err) == (2, True)


def test_stages_without_a_place_are_those_of_the_folder_here(suishen, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = suishen("catalogue", "stages")
    assert (code, "no engine in 'var'" in err) == (2, True)
