"""One log under two catalogues: nothing changes, or what changes is named."""

import json
import re
import shutil
from collections import Counter

import pytest
from typing_extensions import override

from channels.offline import ENGINE
from journeys.catalogue.load import load
from journeys.client.fold import ClientFold
from journeys.replay import Tally, merged, report
from schemas import codec
from streams import recording, replaying
from streams.catalogue_files import SHIPPED, read_files
from streams.embedded.file import FileReader
from streams.file_log import FileLog
from streams.plain import PlainFold
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, TASKS
from streams.twofold import TwoFold
from tests.journeys.catalogue.test_scopes import a_contact, narrowed, withdrawn

FROM = "valid_from = 2026-01-01"


@pytest.fixture
def tighter(tmp_path):
    """The shipped catalogue with no marketing contact at all."""
    return edited(tmp_path, "marketing_per_week = 2 ", "marketing_per_week = 0 ")


def edited(tmp_path, old, new):
    folder = tmp_path / "policies"
    shutil.copytree(SHIPPED, folder)
    file = folder / "contact.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return folder


@pytest.fixture
def replay(suishen, life):
    def ask(*words, events=life / "log.jsonl"):
        log = [] if events is None else ["--events", events]
        code, out, err = suishen("replay", *log, *words, "--json")
        return code, json.loads(out) if out else err

    return ask


def test_under_the_same_catalogue_nothing_changes(replay):
    code, found = replay("--catalogue", SHIPPED)
    assert code == 0
    assert found["facts_sha256"] == found["against_sha256"]
    assert list(found["partings"]) == ["same"]
    assert found["decisions"]["old"] == found["decisions"]["new"] > 10
    assert (found["clients_changed"], found["first_stages"], found["assumed_share"]) == (0, {}, 0.0)
    assert found["rules_changed"] == []


def test_a_replay_is_what_was_lived(replay, life):
    """As many decisions and tasks as the engine wrote."""
    _, found = replay("--catalogue", SHIPPED)
    engine = FileReader(life / ENGINE)
    facts, tasks = (
        [r.value for n in range(engine.partitions(t)) for r in recording.records_of(engine, t, n)]
        for t in (CLIENT_FACTS, TASKS)
    )
    assert found["decisions"]["old"] == sum(b"decision_made" in value for value in facts)
    proposed = sum(b'"state":"proposed"' in v and b'"version":1,' in v for v in tasks)
    assert sum(found["tasks"]["old"].values()) == proposed


@pytest.mark.untraced
def test_a_tighter_cap_says_who_loses_what_and_where(replay, tighter):
    code, found = replay("--catalogue", tighter)
    assert code == 1
    (rule,) = found["rules_changed"]
    assert rule.startswith("contact.toml: ")
    assert found["partings"]["lost"] > 0
    assert any("cap_week" in stage for stage in found["first_stages"]["lost"])
    for kind, stages in found["first_stages"].items():
        assert sum(stages.values()) == found["partings"][kind]
    assert sum(found["tasks"]["new"].values()) < sum(found["tasks"]["old"].values())
    assert found["cap_overshoot"] == {"old": 0, "new": 0}
    example = found["most_changed"][0]
    assert example["client"].startswith("ct_")
    assert "chosen" in example["old"]
    assert len(found["most_changed"]) == min(20, found["clients_changed"])
    told = sum(row.get(kind, 0) for row in found["by_tier"].values() for kind in found["partings"])
    assert told == sum(found["partings"].values())


@pytest.mark.untraced
def test_two_catalogues_given_are_compared_whatever_the_log_ran_under(replay, tighter):
    code, found = replay("--catalogue", SHIPPED, "--against", tighter)
    assert code == 1
    assert found["partings"]["gained"] > 0
    code, found = replay("--catalogue", tighter, "--against", tighter)
    assert (code, list(found["partings"])) == (0, ["same"])


@pytest.mark.untraced
def test_processes_and_the_kind_of_log_change_nothing(replay, tighter, life):
    _, one = replay("--catalogue", tighter)
    _, two = replay("--catalogue", tighter, "--processes", 2)
    _, folder = replay("--catalogue", tighter, "--data", life, events=None)
    assert one == two == folder


def test_a_replay_cut_short_goes_on_where_it_stopped(replay, tighter, tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    _, whole = replay("--catalogue", tighter, "--keep", kept)
    (kept / "partition-2.json").unlink()
    folded = []
    fold_part = replaying.fold_part

    def counted(reader, references, partition, question):
        folded.append(partition)
        return fold_part(reader, references, partition, question)

    monkeypatch.setattr(replaying, "fold_part", counted)
    assert replay("--catalogue", tighter, "--keep", kept) == (1, whole)
    assert folded == [2]
    (kept / "partition-2.json").write_text('{"fingerprint": "of another build"}')
    assert replay("--catalogue", tighter, "--keep", kept) == (1, whole)
    folded.pop()
    replay("--catalogue", SHIPPED, "--keep", kept)
    assert folded == [2, 0, 1, 2, 3]  # kept under another catalogue: of no use


def test_rows_of_the_future_can_be_tried_on_the_past(replay, tmp_path):
    ahead = edited(tmp_path, FROM, FROM + "\nvalid_to = 2027-01-01")
    file = ahead / "contact.toml"
    text = file.read_text()
    later = text[text.index("[[contact]]") :].replace(FROM + "\nvalid_to = ", "valid_from = ", 1)
    later = later.replace("version = 1", "version = 2", 1)
    file.write_text(text + later.replace("marketing_per_week = 2 ", "marketing_per_week = 0 ", 1))
    assert replay("--catalogue", ahead)[1]["partings"].keys() == {"same"}
    code, found = replay("--catalogue", ahead, "--as-of", "2027-02-01T00:00:00+08:00")
    assert (code, "lost" in found["partings"]) == (1, True)


def test_what_cannot_be_replayed_is_said(suishen, life, tmp_path):
    log = ["--events", life / "log.jsonl"]
    code, _, err = suishen("replay", *log, "--catalogue", tmp_path)
    assert (code, bool(err)) == (2, True)
    code, _, err = suishen("replay", *log, "--catalogue", SHIPPED, "--as-of", "soon")
    assert (code, "--as-of: not RFC 3339" in err) == (2, True)
    code, _, err = suishen("replay", "--data", tmp_path, "--catalogue", SHIPPED)
    assert (code, "no engine in" in err) == (2, True)


def test_people_read_old_and_new_side_by_side(suishen, life, tighter):
    words = ("replay", "--events", life / "log.jsonl", "--catalogue", tighter)
    code, out, err = suishen(*words, "--lang", "en")
    assert code == 1
    first = out.splitlines()[0]
    assert first.startswith("With the new rules ")
    assert "clients would be treated otherwise: " in first
    assert first.endswith(")")
    assert "most often because: the week's cap is used up (" in first
    assert "what the log ran under (" in out
    assert "marketing_per_week: 2 → 0 (marketing a week, at most)" in out
    assert "contact policy, the week's cap is used up (rule CT04: " in out
    assert "(bank time)" in out
    assert "partitions folded: 4 of 4" in err


@pytest.mark.untraced
def test_what_is_lost_and_what_is_gained_stand_under_their_own_headings(suishen, life, tighter):
    words = ("replay", "--events", life / "log.jsonl")
    out = suishen(*words, "--catalogue", tighter, "--lang", "en")[1]
    assert re.search(r"^Tasks lost \(\d+\); under the new rules they fall at:$", out, re.MULTILINE)
    back = ("--catalogue", SHIPPED, "--against", tighter)
    out = suishen(*words, *back, "--lang", "en")[1]
    lines = out.splitlines()
    gained = next(at for at, line in enumerate(lines) if line.startswith("Tasks gained ("))
    assert "the week's cap is used up" in "\n".join(lines[gained + 1 : gained + 4])
    assert "新规则多出的待办（" in suishen(*words, *back)[1]


@pytest.mark.untraced
def test_old_tasks_less_the_lost_and_with_the_gained_are_the_new(suishen, replay, life, tighter):
    _, found = replay("--catalogue", tighter)
    old, new = (sum(found["tasks"][side].values()) for side in ("old", "new"))
    assert old + sum(found["task_changes"].values()) == new
    out = suishen("replay", "--events", life / "log.jsonl", "--catalogue", tighter, "--lang", "en")
    line = next(one for one in out[1].splitlines() if one.startswith("Tasks, added up: "))
    assert line.startswith(f"Tasks, added up: {old} − ")
    assert " (lost)" in line
    assert line.endswith(f" = {new}")


@pytest.mark.untraced
def test_every_parting_is_a_clients_first_or_follows_from_one(suishen, replay, life, tighter):
    _, found = replay("--catalogue", tighter)
    counted = Counter()
    for one in found["first_partings"]:
        counted[one["parting"]] += one["clients"]
        counted.update(one["follow"])
    assert counted == {kind: n for kind, n in found["partings"].items() if kind != "same"}
    assert not [one for one in found["first_partings"] if one["where"] == "no decision was due"]
    words = ("replay", "--events", life / "log.jsonl", "--catalogue", tighter)
    english, chinese = suishen(*words, "--lang", "en")[1], suishen(*words)[1]
    assert "  a task lost; under the new rules: contact policy, the week's cap is used" in english
    assert re.search(r": \d+ clients; after it \d+ more \(", english)
    assert re.search(r"位客户；其后又有 \d+ 处（", chinese)


def test_the_names_are_those_of_the_design(replay, tighter):
    _, found = replay("--catalogue", tighter)
    assert found["partings"].keys() <= {"same", "gained", "lost", "reordered", "reasoned"}
    assert {"facts_sha256", "against_sha256", "first_stages", "off_policy", "assumed_share"} <= (
        found.keys()
    )


@pytest.mark.untraced
def test_the_same_report_is_told_in_chinese(suishen, life, tighter):
    words = ("replay", "--events", life / "log.jsonl", "--catalogue", tighter)
    chinese, english = suishen(*words)[1], suishen(*words, "--lang", "en")[1]
    assert chinese.splitlines()[0].startswith("按新规则，")
    assert "最常见的原因：一周接触名额已满" in chinese
    assert len(chinese.splitlines()) == len(english.splitlines())
    for code in ("cap_week", "contact_policy", "partings", "None"):
        assert code not in chinese + english


@pytest.mark.untraced
def test_marketing_and_service_add_up_to_all_tasks(suishen, replay, life, tighter):
    _, found = replay("--catalogue", tighter)
    words = ("replay", "--events", life / "log.jsonl", "--catalogue", tighter, "--lang", "en")
    first = suishen(*words)[1].splitlines()[0]
    sums = re.search(r"(\d+) → (\d+) tasks .*?(\d+) → (\d+), service (\d+) → (\d+)\)", first)
    old, new, *parts = map(int, sums.groups())
    assert (old, new) == tuple(sum(found["tasks"][side].values()) for side in ("old", "new"))
    assert (parts[0] + parts[2], parts[1] + parts[3]) == (old, new)
    assert parts[1] == 0  # no marketing contact is left


def test_a_replay_that_changes_nothing_says_so_first(suishen, life):
    words = ("replay", "--events", life / "log.jsonl", "--catalogue", SHIPPED)
    code, out, _ = suishen(*words, "--lang", "en")
    assert (code, out.startswith("With the new rules nothing changes: ")) == (0, True)
    assert suishen(*words)[1].startswith("按新规则，一切不变：")


def test_the_exit_codes_stand_in_the_help(suishen):
    assert "Exit 0: nothing changes; 1: something does" in suishen("replay", "--help")[1]


def test_an_empty_log_has_an_empty_report():
    empty = report(merged([Tally()]))
    assert (empty["partings"], empty["events"], empty["assumed_share"]) == ({}, 0, 0.0)


EDITS = [
    ("contact.toml", "marketing_per_week = 2 ", "marketing_per_week = 1 "),
    ("journeys.toml", '{ after = "3d", to = "call" }', '{ after = "2d", to = "call" }'),
    ("intents.toml", "list_length = 32", "list_length = 8"),
    ("desk.toml", 'snooze_most = "', 'snooze_most = "1'),
]


@pytest.mark.untraced
@pytest.mark.parametrize(("name", "old", "new"), EDITS)
def test_folding_once_where_policies_agree_says_what_two_whole_folds_say(life, name, old, new):
    files = read_files()
    assert old in files[name]
    compared(life, files | {name: files[name].replace(old, new, 1)})


def test_folding_once_says_the_same_where_policies_differ_for_one_outlet(life):
    rows = a_contact(says="marketing_per_week = 0")
    compared(life, narrowed(contact=rows, actions=withdrawn("worry_reassure")))


def compared(life, texts):
    """Two folds that share what they may, against two whole ones."""
    other = load(texts, version="other")
    log, read, fold = FileLog.of(life / "log.jsonl"), codec.reader(codec.CLIENT_LOG), ClientFold()
    folds = TwoFold(ReferenceLog(log), None, other, decode=read)
    mine, theirs = (PlainFold(fold, each) for each in (ReferenceLog(log), Elsewhere(log, other)))
    shared = []
    for record in recording.records_of(log, CLIENT_EVENTS, 0):
        both = folds.step(record)
        assert said(both.old) == said(mine.step(record))
        assert said(both.new) == said(theirs.step(record))
        shared.append(both.old is both.new)
    assert {key: fold.encode(state) for key, state in folds.states.items()} == theirs.frozen()
    assert any(shared), "some steps do not ask where the policies differ"
    assert not all(shared), "decisions name the catalogue, so they are taken twice"


class Elsewhere(ReferenceLog):
    """The reference under another catalogue, put in the plainest way."""

    def __init__(self, reader, catalogue):
        super().__init__(reader)
        self.catalogue = catalogue

    @override
    def at(self, offset):
        return super().at(offset).with_catalogue(self.catalogue, offset=offset)


def said(outputs):
    return [(output.route, output.key, codec.encode(output.event)) for output in outputs]
