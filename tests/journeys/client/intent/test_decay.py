"""Fading, by hand."""

import math

import pytest

from journeys.client.intent.decay import fallen_at, first_fall, share, sigmoid
from schemas.time import DAY, HOUR, SECOND, Instant

NOW = Instant(1_795_000_000 * SECOND)


def fall(*terms, limit, before=None):
    def total(at):
        return sum(weight * share(at - since, half) for weight, since, half in terms)

    return first_fall(
        list(terms), NOW, limit=limit, before=before, has_fallen=lambda at: total(at) <= limit
    )


def falls(*terms, limit, before=None):
    at = fall(*terms, limit=limit, before=before)
    assert at is not None
    return at


def test_half_is_left_after_a_half_life_and_all_before_it_began():
    assert share(7 * DAY, 7 * DAY) == 0.5
    assert share(-1, DAY) == 1.0


@pytest.mark.parametrize("score", [-5000.0, -3.0, -0.1, 0.0, 0.1, 3.0, 5000.0])
def test_the_sigmoid_is_the_textbook_one(score):
    plain = 1 / (1 + math.exp(-score)) if score > -700 else 0.0
    assert sigmoid(score) == pytest.approx(plain, abs=1e-15)


@pytest.mark.parametrize("chance", [0.01, 0.4, 0.5, 0.99])
def test_the_sum_at_which_a_chance_falls_gives_that_chance(chance):
    total = fallen_at(chance, bias=-3.0, heat=1.7)
    assert sigmoid((total - 3.0) / 1.7) == pytest.approx(chance, abs=1e-14)


def test_a_single_piece_falls_after_the_half_lives_it_takes():
    at = falls((4.0, NOW, DAY), limit=1.0)
    assert 0 <= at - (NOW + 2 * DAY) <= SECOND


def test_what_holds_begins_to_fade_when_it_is_due():
    at = falls((4.0, Instant(NOW + 7 * DAY), DAY), limit=1.0)
    assert 0 <= at - (NOW + 9 * DAY) <= SECOND


def test_what_is_low_already_falls_within_a_second():
    assert NOW < falls((1.0, NOW, DAY), limit=2.0) <= NOW + SECOND
    assert NOW < falls(limit=2.0) <= NOW + SECOND


def test_what_never_gets_low_has_no_time():
    assert fall((1.0, NOW, DAY), limit=-0.5) is None
    assert fall(limit=-0.5) is None


def test_the_first_of_two_falls_is_found_though_the_sum_rises_again():
    # Against: strong and due soon to fade; for: slow. The sum dips while the fast one fades.
    rises = (-3.0, Instant(NOW - HOUR), HOUR)
    assert falls(rises, (2.0, NOW, 30 * DAY), limit=0.9) - NOW <= SECOND
    dips = falls((-2.0, NOW, 30 * DAY), (3.0, NOW, DAY), limit=0.0)
    # 3·2^-t = 2·2^(-t/30)
    expected = math.log2(1.5) / (1 - 1 / 30)
    assert 0 <= dips - (NOW + expected * DAY) <= SECOND


def test_a_stretch_whose_floor_is_low_is_searched_though_nothing_falls_in_it():
    terms = ((3.0, NOW, DAY), (-2.0, NOW, DAY))
    assert fall(*terms, limit=-0.1) is None


def test_nothing_is_looked_for_beyond_the_limit_in_time():
    piece = (4.0, NOW, DAY)
    assert fall(piece, limit=1.0, before=Instant(NOW + DAY)) is None
    assert falls(piece, limit=1.0, before=Instant(NOW + 3 * DAY)) <= NOW + 2 * DAY + SECOND


def test_where_the_search_and_the_review_differ_in_the_last_bit_the_review_is_right():
    edge = NOW + 2 * DAY + 3 * SECOND
    found = first_fall(
        [(4.0, NOW, DAY)], NOW, limit=1.0, before=None, has_fallen=lambda at: at >= edge
    )
    assert found is not None
    assert edge <= found <= edge + SECOND
