"""Chinese pages have Chinese punctuation: between characters no half-width mark, and no space."""

import re
import tomllib
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from channels.workbench.wording import LOCALES
from schemas.tasks import TaskState
from streams.catalogue_files import read_files
from tests.builders import CLIENT
from tests.channels.workbench.test_handover_page import a_hand_over
from tests.channels.workbench.test_pages import TEMPLATES, Bench
from tests.streams.readmodel.facts_made import DECISION, TASK

HAN = "[\u4e00-\u9fff]"
NEXT_TO = "[\u4e00-\u9fff《》“”（）、，。；：]"
MIXED = re.compile(
    rf"{NEXT_TO}\s?[,:;!?()]+\s?{NEXT_TO}|{HAN}[,:;!?(]|{HAN} \(|\)\s?{HAN}|{HAN} {HAN}"
)
OTHER = "t_" + "1" * 32
OF_THE_LAW = re.compile(r"source|also")
"""Citations, as whoever signs a rule wrote them."""
OF_PROGRAMS = {"lexicon.toml"}
"""Patterns, not words."""


def test_no_message_mixes_them():
    with (LOCALES / "zh.po").open("rb") as file:
        texts = [message.string for message in read_po(file) if message.id]
    assert [text for text in texts if MIXED.search(text)] == []


def test_no_constant_of_a_command_or_page_mixes_them():
    import ast  # noqa: PLC0415 - only here

    rooms = Path(__file__).parents[3]
    found = []
    for path in sorted((rooms / "channels").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        words = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        chinese = [text for text in words if isinstance(text, str) and re.match(HAN, text)]
        found += [(path.name, text) for text in chinese if MIXED.search(text)]
    assert found == []


def test_no_text_of_the_shipped_catalogue_mixes_them():
    found = []
    for name, text in read_files().items():
        if name not in OF_PROGRAMS:
            found += [
                (name, *pair) for pair in texts_of(tomllib.loads(text)) if MIXED.search(pair[1])
            ]
    assert found == []


def texts_of(table, key=""):
    if isinstance(table, dict):
        for name, value in table.items():
            yield from texts_of(value, name)
    elif isinstance(table, list):
        for value in table:
            yield from texts_of(value, key)
    elif isinstance(table, str) and not OF_THE_LAW.match(key):
        yield key, table


def test_no_template_writes_a_mark_itself():
    """Marks differ by language: they are messages too."""
    for path in TEMPLATES.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
        bare = re.sub(r'[\w-]+="[^"]*"|[\w-]+=\'[^\']*\'|<[^>]*>', "", text)
        assert not re.search(r"[:;,()?!]", bare), path.name


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    yield bench
    bench.database.dispose()


def test_no_chinese_page_mixes_them(bench):
    bank = a_hand_over()
    bench.desk.full()
    bench.desk.task(task_id=OTHER, version=4, state=TaskState.ACCEPTED)
    bench.desk.lived(bank)
    bench.desk.book()
    bench.desk.line(1, "opened", starts=date(2026, 10, 1), ends=date(2026, 12, 31))
    made = bench.desk.diagnosis(lacks=("returns", "age"), complete=False)
    for path in (
        *("/", "/desks/rm-li", "/desks/team-east", f"/decisions/{DECISION}"),
        *(f"/tasks/{TASK}?desk=rm-li", f"/tasks/{OTHER}?desk=rm-li", f"/clients/{CLIENT}"),
        *(f"/cases/{bank.case.case_id}", "/handovers", "/book?desk=rm-li", "/book?desk=remote-1"),
        *(f"/handovers/{bank.handover.handover_id}?desk=team-east", "/scoreboard"),
        *(f"/diagnoses/{made.diagnosis_id}", f"/clients/{CLIENT}/needs/payment_failed"),
        *("/policies?kind=journeys", "/policies?kind=cases", "/policies?kind=contact"),
    ):
        page = bench.show(path, "zh")
        assert page.status_code == 200, path
        shown = unescape(re.sub(r"<(code|small)\b.*?</\1>|<[^>]+>", "\n", page.text))
        assert [line for line in shown.split("\n") if MIXED.search(line)] == [], path
        inline = unescape(re.sub(r"</?(a|strong|span|small|kbd)\b[^>]*>", "", page.text))
        lines = re.sub(r"<[^>]+>", "\n", inline).split("\n")
        assert [line for line in lines if re.search(rf"{HAN}[,:;(]", line)] == [], path
