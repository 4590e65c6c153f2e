"""Content by tags: what fits is shown, what may not be shown says why."""

from datetime import date, timedelta
from typing import Any

import pytest

from journeys.decide.matching.content import Content, Kind, Reader, Tag, Unfit, fitting

TODAY = date(2026, 11, 26)
YESTERDAY = TODAY - timedelta(days=1)
LOST = (0.0, 6.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
READER = Reader(LOST, {"maturity": 0.5, "insurance": 0.2})


def a_tag(name, **said):
    return Tag(name, "editor", YESTERDAY, **said)


def a_piece(name="piece", **said):
    plain: dict[str, Any] = {
        "kind": Kind.EDUCATION,
        "tags": (),
        "dimensions": (2,),
        "published": YESTERDAY,
        "fresh_days": 90,
        "approved_on": YESTERDAY,
    }
    return Content(id=name, **plain | said)


def test_the_weakest_dimension_and_the_strongest_intent_draw_most():
    pieces = [
        a_piece("cover", dimensions=(2,)),
        a_piece("mix", dimensions=(3,)),
        a_piece("due", dimensions=(3,), tags=(a_tag("maturity"),)),
    ]

    found, _ = fitting(pieces, READER, today=TODAY)

    assert [(one.id, round(one.worth, 6)) for one in found] == [
        ("due", 0.8),
        ("cover", 0.6),
        ("mix", 0.3),
    ]
    assert found[0].about == ("D3", "maturity")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"approved_on": None}, Unfit.NOT_APPROVED),
        ({"approved_on": TODAY + timedelta(days=1)}, Unfit.NOT_APPROVED),
        ({"approved_until": TODAY}, Unfit.APPROVAL_EXPIRED),
        ({"published": TODAY - timedelta(days=91)}, Unfit.STALE),
        ({"segments": ("family",)}, Unfit.NOT_FOR_CLIENT),
        ({"dimensions": (1,)}, Unfit.NOTHING_TO_SAY),
        ({"dimensions": (), "tags": (a_tag("maturity", until=TODAY),)}, Unfit.NOTHING_TO_SAY),
    ],
)
def test_what_is_not_shown_says_why(said, why):
    assert fitting([a_piece(**said)], READER, today=TODAY) == ([], {"piece": why})


def test_a_segment_asks_for_a_tag_that_holds():
    piece = a_piece(segments=("family",))
    family = Reader(LOST, {}, (a_tag("family"),))
    past = Reader(LOST, {}, (a_tag("family", until=TODAY),))

    assert fitting([piece], family, today=TODAY)[0]
    assert not fitting([piece], past, today=TODAY)[0]


def test_of_two_alike_the_newer_is_first():
    old, new = a_piece("a", published=TODAY - timedelta(days=9)), a_piece("b")

    assert [one.id for one in fitting([old, new], READER, today=TODAY)[0]] == ["b", "a"]


def test_a_client_in_full_health_without_a_wish_is_left_in_peace():
    whole = Reader((0.0,) * 9, {})

    assert fitting([a_piece()], whole, today=TODAY) == ([], {"piece": Unfit.NOTHING_TO_SAY})
