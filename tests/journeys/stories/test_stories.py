"""Stories are lived, judged, and refused where they cannot be read."""

import json
import shutil

import pytest

from channels import cli
from channels.simulator.products import shelf
from channels.why.journey_command import STORIES
from channels.why.story_told import instead, stuck, wish
from channels.workbench.wording import Words
from journeys.errors import DefinitionError
from journeys.reference import Reference
from journeys.stories.run import misses
from journeys.stories.story import read_stories
from schemas.reference import Product
from streams.catalogue_files import SHIPPED
from tests.builders import the_catalogue

CLIENT = """
[[story]]
name_zh = "一个故事"
name_en = "A story"
start = 2026-11-23T10:00:00+08:00
client = { tier = "private", rm = "rm-li", remote = "remote-1", spending = "15_000 CNY" }
"""
INFLOW = """
[[story.line]]
after = "0h"
inflow = "300_000 CNY"
"""


@pytest.fixture(scope="module")
def reference():
    found = Reference(0, the_catalogue())
    for offset, row in enumerate(shelf(), start=1):
        found = found.with_product(Product(**row), offset=offset)
    return found


@pytest.fixture
def live(reference):
    def told(*lines):
        (story,) = read_stories("s.toml", CLIENT + "".join(lines))
        words = Words("en", reference.catalogue.at(story.start))
        return [
            (miss.place, wish(miss.wish, words), instead(miss.there, words))
            for miss in misses(story, reference)
        ]

    return told


def line(after, *words, then=""):
    said = "\n".join(words)
    return f'\n[[story.line]]\nafter = "{after}"\n{said}\nthen = [{then}]\n'


@pytest.mark.parametrize("file", sorted(STORIES.glob("*.toml")), ids=lambda file: file.stem)
def test_every_shipped_story_is_true(file, reference):
    for story in read_stories(file.name, file.read_text()):
        assert list(misses(story, reference)) == []


def test_every_journey_has_its_stories():
    assert {file.stem for file in STORIES.glob("*.toml")} == set(
        the_catalogue().editions[-1].journeys
    )


@pytest.mark.parametrize(
    ("wish", "instead"),
    [
        ('{ task = "maturity_talk" }', "there is inflow_question by app (no desk)"),
        ('{ task = "inflow_question", by = "ai" }', "there is inflow_question by app (no desk)"),
        ("{ no_task = true }", "there is inflow_question"),
        ('{ recalled = "inflow_question" }', "there is no recall"),
        ('{ journey = "large_inflow", step = "plan" }', "there is at ask"),
        ('{ journey = "maturity" }', "there is no run of it"),
        ('{ ended = "large_inflow" }', "there is no end"),
        ('{ withheld = "inflow_question" }', "there is chosen"),
        ('{ intent = "leave" }', "there is no change"),
    ],
)
def test_what_is_missed_is_named_with_what_is_there_instead(live, wish, instead):
    ((place, _, found),) = live(INFLOW, line("24h", then=wish))
    assert (place, found) == ("s.toml:12", instead)


@pytest.mark.parametrize(
    ("wish", "instead"),
    [
        ('{ recalled = "stay_talk" }', "there is inflow_question because complaint_open"),
        ('{ ended = "maturity" }', "there is large_inflow by exit (complaint_open)"),
    ],
)
def test_another_recall_or_end_than_was_wished_for_is_named(live, wish, instead):
    lines = (INFLOW, line("24h"), line("1h", 'complains = "fees"', then=wish))
    assert [found for _, _, found in live(*lines)] == [instead]


def test_a_client_who_cannot_be_is_refused_by_the_storys_place(reference):
    text = CLIENT.replace('tier = "private"', 'tier = "NO NAME"') + INFLOW
    (story,) = read_stories("s.toml", text)
    with pytest.raises(DefinitionError, match=r"s\.toml:2: the client: contract") as refused:
        list(misses(story, reference))
    words = Words("zh", reference.catalogue.at(story.start))
    assert stuck(refused.value, words).startswith("s.toml:2：客户信息：未被接受：contract")


def test_a_wish_that_is_fulfilled_is_not_missed(live):
    wishes = (
        '{ task = "inflow_question", by = "app" }, { journey = "large_inflow", step = "ask" }, '
        '{ withheld = "stay_talk", because = "intent_off" }'
    )
    assert live(INFLOW, line("24h", then=wishes)) == []


def test_everything_that_may_happen_happens(live):
    """Each word is said once where it can be, and the contract takes it."""
    lines = [
        INFLOW,
        line("24h", then='{ task = "inflow_question" }'),
        line("1h", 'presented = "inflow_question"'),
        line("1h", 'answers = "interested"', 'task = "inflow_question"'),
        line("24h", then='{ task = "inflow_talk", desk = "rm-li" }'),
        line("1h", 'desk = "accepted"'),
        line("1h", 'desk = "declined"', 'reason = "no_time"'),
        line("1h", 'position = "wmp-r2"', 'amount = "100_000 CNY"'),
        line("1h", 'position = "td90"', 'amount = "100_000 CNY"', 'matures_in = "90d"'),
        line("1h", 'position = "wmp-r2"', 'amount = "90_000 CNY"', 'cause = "price"'),
        line("1h", "tested = 1"),
        line("1h", 'regraded = "wmp-r2"', "level = 4"),
        line("1h", 'diagnoses = "spread"'),
        line("1h", "diagnosis_held = true"),
        line("1h", 'looks_at = "redemption"'),
        line("1h", 'says = "leave"', then='{ intent = "leave", on = true }'),
        line("1h", 'complains = "fees"'),
        line("1h", "complaint_closed = true"),
        line("1h", "allows_marketing = false"),
        line("1h", 'opts_out = "call"'),
    ]
    assert live(*lines) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "s.toml:1: no story"),
        (CLIENT, "nothing happens"),
        (CLIENT.replace("start", "began") + INFLOW, "missing key 'start'"),
        (CLIENT + INFLOW.replace("CNY", "EUR"), "is no amount; write it with its unit"),
        (CLIENT + INFLOW + 'answers = "yes"\n', "inflow and answers at once"),
        (CLIENT + line("1h", 'answers = "yes"'), "unknown answers 'yes'"),
        (CLIENT + line("1h", then="{ tasks = 1 }"), "write one of task, no_task"),
        (CLIENT + line("soon"), "'soon' is no span"),
        (CLIENT + line("1h", 'shouts = "no"'), "unknown key 'shouts'"),
        (CLIENT.replace("rm =", "adviser =") + INFLOW, "unknown key 'adviser'"),
    ],
)
def test_a_story_that_cannot_be_read_names_file_line_and_remedy(text, fault):
    with pytest.raises(DefinitionError, match=r"s\.toml:\d+: ") as refused:
        read_stories("s.toml", text)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (['answers = "interested"'], "no task is open"),
        (['presented = "stay_talk"'], "no task 'stay_talk' is open"),
        (['position = "td90"'], "say how much stands there"),
        (['says = "NO NAME"'], "contract"),
        (['regraded = "wmp-r2"'], "say its new level"),
        (['regraded = "moon"', "level = 3"], "no product 'moon' stands on the shelf"),
    ],
)
def test_what_cannot_be_is_refused_by_its_line(live, words, fault):
    with pytest.raises(DefinitionError, match=r"s\.toml:8: ") as refused:
        live(line("1h", *words))
    assert fault in str(refused.value)


def test_an_app_task_is_no_desks(live):
    with pytest.raises(DefinitionError, match="is with no desk but with app"):
        live(INFLOW, line("24h"), line("1h", 'desk = "accepted"'))


def test_the_command_tells_and_counts(tmp_path, monkeypatch, capsys):
    file = tmp_path / "own.toml"
    file.write_text(CLIENT + INFLOW + line("24h", then="{ no_task = true }"))

    def suishen(*words):
        monkeypatch.setattr("sys.argv", ["suishen", "journey", "test", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    code, out, _ = suishen(file, "--lang", "en")
    assert code == 1
    assert "✗ A story" in out
    assert "own.toml:12" in out
    assert "1 stories, 1 failed: 1 wishes not fulfilled" in out
    code, out, _ = suishen("--json")
    assert (code, json.loads(out)["missed"]) == (0, 0)
    assert suishen("--lang", "zh")[0] == 0
    code, _, err = suishen(tmp_path / "empty")
    assert code == 2
    (tmp_path / "none").mkdir()
    code, _, err = suishen(tmp_path / "none")
    assert (code, "no stories there" in err) == (2, True)
    file.write_text("story = 1")
    code, _, err = suishen(file)
    assert (code, "own.toml:1" in err) == (2, True)


@pytest.fixture
def told(monkeypatch, capsys):
    def ask(*words):
        monkeypatch.setattr("sys.argv", ["suishen", "journey", "test", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().out

    return ask


STUCK = CLIENT + line("1h", 'desk = "accepted"')
TRUE = CLIENT.replace("A story", "Another") + INFLOW


def test_a_story_that_cannot_go_on_fails_alone(tmp_path, told):
    (tmp_path / "own.toml").write_text(STUCK + TRUE)
    code, out = told(tmp_path, "--lang", "en")
    assert code == 1
    assert "✗ A story\n    could not go on: own.toml:8: 'desk': no task is open" in out
    assert "✓ Another" in out
    assert "2 stories, 1 failed: 0 wishes not fulfilled, 1 could not go on" in out
    code, out = told(tmp_path)
    assert "无法继续：own.toml:8：desk：此时没有未结任务；请看此前各行的结果" in out
    found = json.loads(told(tmp_path, "--json")[1])
    assert (found["missed"], found["stuck"]) == (0, 1)


def test_what_came_before_a_story_got_stuck_is_told_too(tmp_path, told):
    missed = line("1h", then='{ task = "stay_talk" }')
    (tmp_path / "own.toml").write_text(CLIENT + missed + line("1h", 'desk = "accepted"'))
    _, out = told(tmp_path, "--lang", "en")
    assert "wished for task stay_talk, there is no task" in out
    assert "could not go on" in out


def test_under_a_tighter_cap_the_rule_that_withheld_the_task_is_named(tmp_path, told):
    policies = tmp_path / "policies"
    shutil.copytree(SHIPPED, policies)
    contact = policies / "contact.toml"
    text = contact.read_text()
    contact.write_text(text.replace("marketing_per_week = 2 ", "marketing_per_week = 0 "))
    code, out = told("--catalogue", policies, "--lang", "en")
    assert code == 1
    assert "no task is open at that time; the last decision withheld '" in out
    assert "rule ct04" in out
    assert "✓ " in out
