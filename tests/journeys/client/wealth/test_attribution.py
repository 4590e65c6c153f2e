"""Causes and news."""

import pytest
from msgspec.structs import replace

from journeys.client.wealth.attribution import STILL, Causes, moved, should_emit
from journeys.client.wealth.book import EMPTY_BOOK
from journeys.client.wealth.score import Label, score
from tests.journeys.client.wealth.builders import PARAMETERS, a_household

NOW = replace(score(EMPTY_BOOK, a_household(), PARAMETERS), total=70.0, label=Label.SUBHEALTHY)


def test_causes_add_up_to_the_change():
    path = [
        (Causes.CLOCK, 70.0),
        (Causes.PRICE, 66.5),
        (Causes.TRADE, 81.25),
        (Causes.PRICE, 80.0),
    ]
    movement, before = STILL, 70.0
    for cause, after in path:
        movement = moved(movement, cause, before=before, after=after)
        before = after

    assert movement.by_cause == {Causes.PRICE: -4.75, Causes.TRADE: 14.75}
    assert movement.total == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("last", "label", "is_news"),
    [
        (None, None, True),
        (70.0, Label.SUBHEALTHY, False),
        (69.01, Label.SUBHEALTHY, False),
        (69.0, Label.SUBHEALTHY, True),
        (71.0, Label.SUBHEALTHY, True),
        (69.0 + 1e-12, Label.SUBHEALTHY, True),
        (70.0, Label.HEALTHY, True),
    ],
)
def test_a_score_is_news_after_a_whole_step_or_under_another_label(last, label, is_news):
    assert should_emit(last, label, NOW, PARAMETERS) is is_news
