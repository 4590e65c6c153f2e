"""A bin in words, in both languages."""

import pytest

from channels.why.voices import Voices
from journeys.learning.predictor import read, written
from schemas.decisions import ScoreParts
from tests.builders import the_reference
from tests.models import PROPENSITY, a_model, edited

MODEL = "action/inflow_question/app"


def told(lang, **at):
    """What is said of a model in which one predictor alone speaks, of a bin of its."""
    (name, place), *_ = at.items()
    where = [one.id for one in PROPENSITY.predictors].index(name)
    sizes = [one.size for one in PROPENSITY.predictors]
    yes = [(1.0,) * size for size in sizes]
    yes[where] = tuple(40.0 if each == place else 1.0 for each in range(sizes[where]))
    flat = tuple((1.0,) * size for size in sizes)
    model = edited(a_model(MODEL), yes=tuple(yes), no=flat, totals=(50.0, 50.0))
    reference = the_reference().with_model(model, offset=9)
    digits = [0] * len(sizes)
    digits[where] = place
    parts = ScoreParts(
        p=0.3, prior=0.1, value_points=1, context=1, levers=1, priority=1,
        bins=written(digits),
    )  # fmt: skip
    edition = reference.catalogue.editions[-1]
    return list(Voices(lang, edition, reference).lines("inflow_question", "app", parts))


@pytest.mark.parametrize(
    ("predictor", "place", "zh", "en"),
    [
        ("age", 0, "年龄未知（+", "Age not known (+"),
        ("age", 1, "年龄低于25岁（+", "Age below 25 years (+"),
        ("age", 2, "年龄25至30岁（+", "Age 25 to 30 years (+"),
        ("age", 11, "年龄70岁及以上（+", "Age 70 years or more (+"),
        ("value", 3, "持有市值10,000至50,000元（+", "Value of holdings 10,000 to 50,000 yuan (+"),
        ("weekday", 1, "星期周一（+", "Day of the week Monday (+"),
        ("tier", 4, "客户层级其他（+", "Tier other (+"),
        ("fall", 2, "较高点回撤1%至3%（+", "Fall from the peak 1% to 3% (+"),
    ],
)
def test_a_bin_is_told_with_its_limits_and_unit(predictor, place, zh, en):
    first, said = told("zh", **{predictor: place})[:2]
    assert first == "概率 0.30（基准 0.10），模型 action/inflow_question/app 第1版"
    assert said.startswith("有利：" + zh)
    first, said = told("en", **{predictor: place})[:2]
    assert first == "chance 0.30 (base rate 0.10) by model action/inflow_question/app (1)"
    assert said.startswith("for it: " + en)


def test_every_measure_and_word_has_both_languages():
    for lang in ("zh", "en"):
        for one in PROPENSITY.predictors:
            for place in range(one.size):
                assert all("{" not in line for line in told(lang, **{one.id: place}))


def test_of_a_base_rate_nothing_is_told():
    reference = the_reference()
    edition = reference.catalogue.editions[-1]
    parts = ScoreParts(
        p=0.1, prior=0.1, value_points=1, context=1, levers=1, priority=1,
        bins="1" * len(PROPENSITY.predictors),
    )  # fmt: skip
    assert len(read(parts.bins)) == len(PROPENSITY.predictors)
    voices = Voices("zh", edition, reference)
    assert list(voices.lines("inflow_question", "app", parts)) == []
    assert list(voices.lines("gone", "app", parts)) == []
    assert list(voices.lines("inflow_question", "app", None)) == []
