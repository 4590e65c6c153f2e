"""The screen: the design's vectors, every settled reading both ways, time linear in the text."""

import json
from pathlib import Path
from time import process_time

import pytest

from journeys.lexicon.lexicon import screen
from journeys.lexicon.plain import plain
from tests.journeys.catalogue.shipped import files, loaded

pytestmark = pytest.mark.untraced

DATA = Path(__file__).parent / "data"
VECTORS = json.loads((DATA / "vectors.json").read_text("utf-8"))
READINGS = json.loads((DATA / "readings.json").read_text("utf-8"))
LEXICON = loaded(files()).editions[-1].conduct.lexicon
CASES = [
    pytest.param(text, classes, id=f"{reading}-{classes or 'clean'}-{text!r}")
    for reading, by_class in READINGS.items()
    for classes, texts in by_class.items()
    for text in texts
]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda one: one["text"])
def test_the_vectors_of_the_design(vector):
    assert list(screen(vector["text"], LEXICON)) == vector["expected"]


@pytest.mark.parametrize("gap", VECTORS["known_gaps"]["texts"], ids=lambda one: one["text"])
def test_what_the_first_patterns_let_through_is_caught(gap):
    assert list(screen(gap["text"], LEXICON)) == gap["meant"]


@pytest.mark.parametrize(("text", "classes"), CASES)
def test_every_settled_reading_both_ways(text, classes):
    assert ",".join(screen(text, LEXICON)) == classes


def test_each_reading_has_a_hit_and_a_clean_text():
    assert all("" in by_class and len(by_class) > 1 for by_class in READINGS.values())


def test_a_text_may_hit_several_classes():
    found = screen("国家兜底,预期收益高,低门槛,和存款一样", LEXICON)
    assert found == ("CONFUSE", "ENDORSE", "FORECAST", "GUARANTEE", "LURE")


def test_clauses_cover_the_plain_text_in_order():
    said = plain("第一,第二。第 三", LEXICON.smoothing)
    assert [said.text[start:end] for start, end in said.clauses] == ["第一", "第二", "第三"]


def test_a_full_stop_between_digits_ends_no_clause():
    assert len(plain("2.5%", LEXICON.smoothing).clauses) == 1


@pytest.mark.parametrize(
    "piece",
    [
        "不",
        "不承诺",
        "没有一款",
        "保本",
        "无",
        "不得以任何形式",
        "R1(",
        "保/",
        "。",
        "并非不",
        "/",
        "预期",
    ],
)
def test_long_texts_take_time_in_proportion(piece):
    def seconds(length):
        text = piece * (length // len(piece))
        start = process_time()
        screen(text, LEXICON)
        return process_time() - start

    # Sixteen times the text in at most sixty-four times the time: a square would take 256.
    assert seconds(160_000) < 64 * seconds(10_000) + 0.5
