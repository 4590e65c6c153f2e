"""Files never seen before: the product and the second implementation give the same answers.

In CI a thousand cases a mode, rates fewer (each is asked at 20,001 points by the second one);
`SUISHEN_FORM_CASES=10000 pytest tests/channels/assess/test_second.py` for more.
"""

import os

import pytest

from channels.assess import conduct, lexicon, match, movement, returns, score
from channels.assess.reading import At
from streams.catalogue_files import read_catalogue
from tests.channels.assess import conduct_forms, forms
from tests.journeys.client.wealth import plain_forms
from tests.journeys.decide.conduct import plain_conduct, plain_lexicon

CASES = int(os.environ.get("SUISHEN_FORM_CASES", "1000"))
RATES = CASES // 8
POLICY = read_catalogue().editions[-1]
NEAR = 1e-6
CUTS = (59, 60, 74, 75, 84, 85)


def near(value):
    return pytest.approx(value, abs=NEAR, rel=NEAR)


def is_at_a_cut(total):
    """Two orders of adding floats may fall on either side of a cut."""
    return any(abs(total - cut) < 1e-5 for cut in CUTS)


def test_scores():
    form = forms.score_form(1, CASES)

    found = score.answers(At(form), POLICY.wealth)

    for one, text in zip(found, plain_forms.score_form(form), strict=True):
        assert list(one["points"].values()) == near(text.points)
        assert one["coverage"] == near(text.coverage)
        shown = text.coverage >= 0.6
        assert one["S"] == (near(text.S) if shown else None)
        if not is_at_a_cut(text.S):
            assert one["label"] == (text.label if shown else None)
        target = None if text.target is None else near(list(text.target))
        assert (one["target"] and list(one["target"].values())) == target


@pytest.mark.untraced
def test_matches():
    form = forms.match_form(2, CASES)

    found = match.answers(At(form), POLICY.wealth, POLICY.suitability)

    for one, text in zip(found, plain_forms.match_form(form), strict=True):
        for row, (gain, why) in zip(one["rows"], text, strict=True):
            assert row["dS"] == near(gain)
            assert row["why"] == why
            assert row["verdict"] == ("BLOCK" if why else "ALLOW")


def test_movements():
    form = forms.movement_form(3, CASES)

    found = movement.answers(At(form), POLICY.wealth)

    for one, (first, last, causes, steps) in zip(
        found, plain_forms.movement_form(form), strict=True
    ):
        assert (one["S_start"], one["S_end"]) == (near(first), near(last))
        assert one["by_cause"] == near(causes)
        assert sum(one["by_cause"].values()) == near(one["S_end"] - one["S_start"])
        assert [(s["cause"], s["S"], s["dS"]) for s in one["steps"]] == [
            (cause, near(total), near(change)) for cause, total, change, *_ in steps
        ]
        if any(is_at_a_cut(total) for _, total, *_ in steps):
            continue
        kept = ("label", "label_with_hysteresis", "emit")
        assert [tuple(s[name] for name in kept) for s in one["steps"]] == [
            step[3:] for step in steps
        ]


def test_returns():
    form = forms.returns_form(4, RATES)

    found = returns.answers(At(form), POLICY)

    for case, one, text in zip(form["cases"], found, plain_forms.returns_form(form), strict=True):
        assert one.keys() == text.keys(), case
        for name, value in text.items():
            is_number = isinstance(value, float)
            assert one[name] == (near(value) if is_number else value), (name, case)


@pytest.mark.parametrize("family", conduct_forms.FAMILIES)
def test_conduct(family):
    form = conduct_forms.conduct_form(5, family, CASES)

    found = conduct.answers(At(form), POLICY)

    for case, one in zip(form["cases"], found, strict=True):
        assert one == plain_conduct.answer(case), case


def test_sentences():
    form = conduct_forms.lexicon_form(6, CASES)

    found = lexicon.answers(At(form), POLICY.conduct.lexicon)

    for sentence, one in zip(form["sentences"], found, strict=True):
        assert one["classes"] == plain_lexicon.classes(sentence["text"]), sentence
