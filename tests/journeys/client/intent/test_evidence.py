"""Evidence of one client: what it says, what changes it, when an intent comes and goes."""

import math

import msgspec
import pytest

from journeys.client.intent.evidence import (
    EMPTY,
    Evidence,
    absorb,
    reset,
    retract,
)
from journeys.client.intent.policy import INTENTS
from journeys.client.intent.weighing import Weighed, chances, next_off, review
from schemas.time import DAY, SECOND, Instant
from tests.journeys.client.intent.builders import (
    a_policy,
    a_row,
    an_item,
    apart,
    at,
    given,
    shipped,
)

RENEW, LEAVE, WORRY, COMPLAIN = (INTENTS.index(n) for n in ("renew", "leave", "worry", "complain"))
PACK = msgspec.msgpack.Encoder(order="deterministic").encode


def chance(evidence, intent, days=0.0, policy=None):
    return chances(evidence, at(days), policy or shipped())[intent]


def plain(score):
    return 1 / (1 + math.exp(-score))


def fades(evidence, now):
    found = next_off(evidence, now, shipped())
    assert found is not None
    return found


def changes(evidence, days, policy=None):
    evidence, found = review(evidence, at(days), policy or shipped())
    return evidence, [(change.intent, change.on) for change in found]


# --- what evidence says


def test_of_a_client_without_evidence_only_the_bias_speaks():
    assert chances(EMPTY, at(), shipped()) == pytest.approx([plain(b) for b in shipped().bias])
    assert review(EMPTY, at(), shipped()) == (EMPTY, ())


def test_a_page_fades_by_half_in_its_half_life():
    seen = given(shipped(), an_item("maturity_page"))
    assert chance(seen, RENEW, 1) == pytest.approx(plain(-3 + 0.75))


def test_one_page_can_speak_for_two_intents():
    seen = given(shipped(), an_item("product_detail"))
    found = chances(seen, at(), shipped())
    assert found[1] == pytest.approx(plain(-3 + 1))
    assert found[2] == pytest.approx(plain(-3.5 + 1))


def test_a_maturity_holds_until_due_and_then_fades():
    near = given(shipped(), an_item("maturity_near", due=at(7)))
    assert chance(near, RENEW, 6.9) == pytest.approx(plain(-3 + 2.5))
    assert chance(near, RENEW, 8) == pytest.approx(plain(-3 + 1.25))


def test_a_maturity_without_date_or_with_a_date_gone_by_fades_from_its_own_time():
    for due in (None, at(-3)):
        near = given(shipped(), an_item("maturity_near", due=due))
        assert chance(near, RENEW, 1) == pytest.approx(plain(-3 + 1.25))


def test_evidence_from_the_future_counts_in_full():
    assert chance(given(shipped(), an_item("maturity_page", 1)), RENEW) == pytest.approx(
        plain(-1.5)
    )


def test_evidence_that_the_policy_does_not_know_says_nothing():
    assert chances(given(shipped(), an_item("weather")), at(), shipped()) == chances(
        EMPTY, at(), shipped()
    )


def test_four_looks_at_the_holdings_say_nothing_and_the_fifth_does():
    looks = [an_item("holdings_page", hour / 24, event=hour) for hour in range(5)]
    assert chance(given(shipped(), *looks[:4]), WORRY, 0.5) == pytest.approx(plain(-3))
    five = given(shipped(), *looks)
    assert chance(five, WORRY, 4 / 24) == pytest.approx(plain(-1.5))
    assert chance(five, WORRY, 4 / 24 + 1) == pytest.approx(plain(-3 + 0.75))


def test_looks_spread_over_more_than_a_day_do_not_add_up():
    looks = [an_item("holdings_page", day / 3, event=day) for day in range(5)]
    assert chance(given(shipped(), *looks), WORRY, 2) == pytest.approx(plain(-3))


def test_a_sixth_look_makes_the_piece_younger_not_heavier():
    looks = [an_item("holdings_page", hour / 24, event=hour) for hour in range(6)]
    assert chance(given(shipped(), *looks), WORRY, 5 / 24) == pytest.approx(plain(-1.5))


def test_no_number_of_pieces_breaks_the_arithmetic():
    many = [an_item("utterance_complain", k / 24, event=k) for k in range(200)]
    assert 0.999 < chance(given(shipped(), *many), COMPLAIN, 10) <= 1.0


# --- the list


def test_the_same_item_twice_changes_nothing():
    once = given(shipped(), an_item("maturity_page"))
    assert absorb(once, an_item("maturity_page"), shipped()) is once


def test_an_item_told_with_two_dates_keeps_the_later_in_either_order():
    early, late = (an_item("maturity_near", due=at(day)) for day in (3, 5))
    nothing = an_item("maturity_near")
    for items in ((early, late, nothing), (late, nothing, early), (nothing, early, late)):
        assert given(shipped(), *items).items == (late,)


def test_one_event_may_give_two_pieces():
    assert len(given(shipped(), an_item("drawdown"), an_item("maturity_page")).items) == 2


def test_a_late_item_goes_into_its_place():
    late = given(shipped(), an_item("maturity_page", 2), an_item("redemption_page", -1))
    assert [item.name for item in late.items] == ["redemption_page", "maturity_page"]


def full(policy=None, first=0.0):
    """A list full of product views, one an hour."""
    views = [an_item("product_view", first + k / 24, event=1000 + k) for k in range(32)]
    return given(policy or shipped(), *views)


def test_what_leaves_the_list_goes_on_fading():
    policy = shipped()
    crowded = given(policy, an_item("maturity_page", -1), start=full())
    assert len(crowded.items) == 32
    alone = chances(full(), at(2), policy)[RENEW]
    logit = math.log(alone / (1 - alone)) + 1.5 / 8
    assert chances(crowded, at(2), policy)[RENEW] == pytest.approx(plain(logit), abs=1e-12)


def test_what_holds_stays_listed_while_others_fade():
    near = given(shipped(), an_item("maturity_near", -1, due=at(6)))
    crowded = given(shipped(), *full().items, start=near)
    assert "maturity_near" in [item.name for item in crowded.items]
    assert crowded.residuals[0].at == at()


def test_counted_evidence_outlives_its_items():
    looks = [an_item("holdings_page", -hour / 24, event=hour) for hour in range(1, 6)]
    crowded = given(shipped(), *full().items, start=given(shipped(), *looks))
    assert [done.name for done in crowded.completed] == ["holdings_page"]
    assert chance(crowded, WORRY, 1) == pytest.approx(plain(-3 + 1.5 * 2 ** -(25 / 24)))


def test_looks_that_never_were_enough_leave_no_trace():
    crowded = given(shipped(), an_item("holdings_page", -1), start=full())
    assert crowded.completed == ()


def test_a_completion_that_is_still_listed_is_not_kept_twice():
    looks = [an_item("holdings_page", -hour / 24, event=hour) for hour in range(1, 7)]
    listed = given(shipped(), *looks)
    crowded = given(shipped(), *full().items[:27], start=listed)
    assert len([i for i in crowded.items if i.name == "holdings_page"]) == 5
    assert crowded.completed == ()


def test_a_shorter_list_of_a_new_policy_is_cut_at_the_next_item():
    short = a_policy(a_row("product_view", "renew", 1.0), list_length=4)
    assert len(absorb(full(), an_item("product_view", 9), short).items) == 4


# --- corrections


def test_a_correction_leaves_listed_evidence_as_if_its_event_had_never_come():
    policy = shipped()
    without = given(policy, an_item("maturity_page", 1, event=7))
    both = given(policy, an_item("redemption_page", event=8), start=without)
    assert PACK(retract(both, 8, policy)) == PACK(without)


def test_a_correction_of_an_unknown_event_changes_nothing():
    seen = given(shipped(), an_item("maturity_page"))
    assert retract(seen, 99, shipped()) == seen
    other = an_item("redemption_page", event=99)
    assert retract(seen, 99, shipped(), original=other) == seen


@pytest.mark.parametrize("name", ["maturity_page", "product_detail", "maturity_near"])
def test_a_correction_takes_from_the_residual_what_it_is_told(name):
    policy, old = shipped(), an_item(name, -2, event=5, due=at(-1))
    crowded = given(policy, old, an_item("product_view", -3), start=full())
    corrected = retract(crowded, 5, policy, original=old)
    without = given(policy, an_item("product_view", -3), start=full())
    for days in (2, 5, 30):
        assert chances(corrected, at(days), policy) == pytest.approx(
            chances(without, at(days), policy), abs=1e-9
        )


def test_a_correction_of_what_is_younger_than_the_residual_takes_nothing():
    crowded = given(shipped(), an_item("maturity_page", -1), start=full())
    never = an_item("maturity_page", 5, event=99)
    assert retract(crowded, 99, shipped(), original=never) == crowded


def test_a_correction_without_the_original_leaves_the_residual():
    crowded = given(shipped(), an_item("maturity_page", -1, event=5), start=full())
    assert retract(crowded, 5, shipped()) == crowded


def test_a_correction_of_what_a_purchase_already_wiped_out_takes_nothing_twice():
    policy, old = shipped(), an_item("maturity_page", -2, event=5)
    crowded = given(policy, old, start=full())
    wiped = reset(crowded, "renew", at(-1), policy)
    wiped = given(policy, an_item("maturity_page", -0.5, event=6), start=wiped)
    assert retract(wiped, 5, policy, original=old) == wiped


def test_of_an_event_with_two_pieces_both_go_the_listed_and_the_one_that_left():
    policy, old = shipped(), an_item("maturity_page", -1, event=5)
    crowded = given(policy, old, an_item("insurance_page", 9, event=5), start=full())
    assert len(crowded.residuals) > 0
    corrected = retract(crowded, 5, policy, original=old)
    assert all(item.event != 5 for item in corrected.items)
    left = [r.value for r in corrected.residuals if INTENTS[r.intent] == "renew"]
    before = [r.value for r in crowded.residuals if INTENTS[r.intent] == "renew"]
    assert sum(left) < sum(before)


# --- a need that was met


def test_a_purchase_wipes_out_what_spoke_before_it_even_if_it_comes_late():
    policy = shipped()
    met = reset(given(policy, an_item("maturity_page")), "renew", at(1), policy)
    met = given(policy, an_item("maturity_page", 0.5, event=2), start=met)
    assert chance(met, RENEW, 1) == pytest.approx(plain(-3))
    met = given(policy, an_item("maturity_page", 1, event=3), start=met)
    assert chance(met, RENEW, 1) == pytest.approx(plain(-3))
    met = given(policy, an_item("maturity_page", 2, event=4), start=met)
    assert chance(met, RENEW, 2) == pytest.approx(plain(-1.5))


def test_a_purchase_leaves_other_intents_alone():
    policy = shipped()
    seen = given(policy, an_item("product_detail"))
    met = reset(seen, "invest_idle", at(1), policy)
    assert chances(met, at(1), policy)[2] == chances(seen, at(1), policy)[2]


def test_an_older_purchase_changes_nothing():
    met = reset(EMPTY, "renew", at(1), shipped())
    assert reset(met, "renew", at(), shipped()) is met
    assert met.reset_at[RENEW] == at(1)


def test_a_purchase_wipes_out_what_left_the_list():
    policy = shipped()
    looks = [an_item("holdings_page", -hour / 24, event=hour) for hour in range(1, 6)]
    crowded = given(policy, *looks, an_item("maturity_page", -2), start=full())
    for name in ("renew", "worry", "invest_idle"):
        crowded = reset(crowded, name, at(2), policy)
    assert not crowded.residuals
    assert not crowded.completed
    late = given(policy, an_item("maturity_page", -3, event=9), start=crowded)
    assert late.residuals == ()


def test_a_purchase_at_the_time_of_the_newest_piece_in_a_residual_wipes_it_out():
    crowded = given(shipped(), an_item("maturity_page", -1), start=full())
    assert reset(crowded, "renew", at(-1), shipped()).residuals == ()
    assert reset(crowded, "renew", at(-2), shipped()).residuals == crowded.residuals


# --- on and off


def test_an_intent_comes_on_at_two_pieces_and_goes_off_once():
    policy = shipped()
    seen = given(policy, an_item("maturity_near", due=at(7)), an_item("maturity_page", 1, event=2))
    seen, found = changes(seen, 1)
    assert found == [("renew", True)]
    assert changes(seen, 1) == (seen, [])
    off = fades(seen, at(1))
    assert review(seen, Instant(off - 2 * SECOND), policy)[1] == ()
    seen, found = review(seen, off, policy)
    assert [(c.intent, c.on, c.p <= 0.4) for c in found] == [("renew", False, True)]
    assert next_off(seen, off, policy) is None


def test_between_the_thresholds_nothing_changes():
    policy = a_policy(a_row("x", "renew", 3.0), a_row("y", "renew", 3.0))
    seen = given(policy, an_item("x"), an_item("y", event=2))
    assert 0.4 < chance(seen, RENEW, 1, policy) < 0.6
    assert changes(seen, 1, policy)[1] == []
    on, _ = changes(seen, 0, policy)
    assert changes(on, 1, policy)[1] == []


def test_one_silent_piece_is_never_enough():
    policy = a_policy(a_row("x", "renew", 3.0), bias=-1.0)
    one = given(policy, an_item("x"))
    assert chance(one, RENEW, 0, policy) > 0.8
    assert changes(one, 0, policy)[1] == []
    assert changes(given(policy, an_item("x", event=2), start=one), 0, policy)[1] == [
        ("renew", True)
    ]


def test_one_piece_said_in_so_many_words_is_enough():
    assert changes(given(shipped(), an_item("utterance_complain")), 0)[1] == [("complain", True)]
    assert changes(given(shipped(), an_item("utterance_renew")), 0)[1] == [("renew", True)]


def test_evidence_against_is_not_counted_as_a_piece_for():
    policy = a_policy(
        a_row("x", "renew", 3.0),
        a_row("no", "renew", -0.5),
        a_row("many_no", "renew", -0.5, least=2),
        bias=-1.0,
    )
    no = [an_item("many_no", event=k) for k in (3, 4)]
    assert changes(given(policy, an_item("x"), an_item("no", event=2), *no), 0, policy)[1] == []


def test_looks_count_as_one_piece_however_many():
    policy = a_policy(a_row("look", "worry", 3.0, least=3), bias=-1.0)
    looks = [an_item("look", k / 24, event=k) for k in range(6)]
    assert changes(given(policy, *looks), 0.25, policy)[1] == []
    policy = a_policy(a_row("look", "worry", 3.0, least=3), a_row("x", "worry", 1.0), bias=-1.0)
    assert changes(given(policy, *looks, an_item("x", event=9)), 0.25, policy)[1] == [
        ("worry", True)
    ]


def test_what_left_the_list_still_counts_as_a_piece():
    policy = a_policy(a_row("x", "renew", 3.0), bias=-2.0, list_length=1)
    assert changes(given(policy, an_item("x"), an_item("x", 0.1, event=2)), 0.1, policy)[1] == [
        ("renew", True)
    ]


def test_a_piece_wiped_out_does_not_count():
    policy = a_policy(a_row("x", "renew", 3.0), bias=-1.0)
    seen = reset(given(policy, an_item("x")), "renew", at(), policy)
    assert changes(given(policy, an_item("x", 1), start=seen), 1, policy)[1] == []


def test_a_purchase_turns_the_intent_off_at_the_next_review():
    seen, _ = changes(given(shipped(), an_item("utterance_renew")), 0)
    met = reset(seen, "renew", at(1), shipped())
    assert changes(met, 1)[1] == [("renew", False)]


def test_two_intents_may_change_at_once():
    seen = given(shipped(), an_item("utterance_renew"), an_item("utterance_leave", event=2))
    assert changes(seen, 0)[1] == [("renew", True), ("leave", True)]


# --- reasons


def test_the_strongest_three_reasons_are_told_with_their_shares():
    policy = a_policy(
        *(a_row(name, "renew", w) for name, w in zip("abcd", (1.0, 2.0, 3.0, 2.0), strict=True)),
        a_row("no", "renew", -1.0),
        a_row("other", "leave", 3.0),
    )
    names = ["a", "b", "c", "d", "no", "other"]
    seen = given(policy, *(an_item(name, event=k) for k, name in enumerate(names)))
    (change,) = review(seen, at(), policy)[1]
    assert change.reasons == (Weighed("c", 0.375), Weighed("b", 0.25), Weighed("d", 0.25))


def test_repeated_pages_are_one_reason_and_what_left_the_list_has_no_name():
    policy = a_policy(a_row("x", "renew", 3.0), bias=-2.0, list_length=2)
    seen = given(policy, *(an_item("x", event=k) for k in range(3)))
    (change,) = review(seen, at(), policy)[1]
    assert [weighed.name for weighed in change.reasons] == ["x"]
    assert change.reasons[0].share == pytest.approx(2 / 3)


def test_counted_evidence_is_told_by_its_name():
    looks = [an_item("holdings_page", event=k) for k in range(5)]
    seen = given(shipped(), *looks, an_item("drawdown"), an_item("drawdown", event=9))
    (change,) = review(seen, at(), shipped())[1]
    assert [weighed.name for weighed in change.reasons] == ["drawdown", "holdings_page"]


def test_an_intent_that_goes_off_with_nothing_left_has_no_reasons():
    seen, _ = changes(given(shipped(), an_item("utterance_renew")), 0)
    gone = retract(seen, 1, shipped())
    assert review(gone, at(), shipped())[1][0].reasons == ()


# --- the timer


def test_without_an_intent_on_there_is_nothing_to_wait_for():
    assert next_off(given(shipped(), an_item("maturity_page")), at(), shipped()) is None


def test_the_first_of_several_to_fade_sets_the_timer():
    policy = shipped()
    seen = given(policy, an_item("utterance_renew"), an_item("utterance_complain", event=2))
    seen, found = changes(seen, 0)
    assert len(found) == 2
    first = fades(seen, at())
    assert [c.intent for c in review(seen, first, policy)[1]] == ["complain"]
    # 5.5·2^(-t/7) = 5 + ln(.4/.6)
    assert first - at() == pytest.approx(
        7 * DAY * math.log2(5.5 / (5 + math.log(0.4 / 0.6))), abs=SECOND
    )


def test_an_intent_whose_bias_keeps_it_on_never_fades():
    policy = a_policy(a_row("x", "renew", 1.0), bias=0.0)
    seen, found = changes(given(policy, an_item("x"), an_item("x", event=2)), 0, policy)
    assert found == [("renew", True)]
    assert next_off(seen, at(), policy) is None


def test_an_intent_that_is_low_already_goes_off_within_a_second():
    seen, _ = changes(given(shipped(), an_item("utterance_renew")), 0)
    gone = retract(seen, 1, shipped())
    assert at() < fades(gone, at()) <= at() + SECOND


# --- the state


def test_evidence_reads_back_from_its_bytes():
    crowded = given(shipped(), an_item("maturity_near", due=at(7)), start=full())
    assert msgspec.msgpack.decode(PACK(crowded), type=Evidence) == crowded


def test_twelve_pieces_of_twelve_kinds_take_half_a_kilobyte():
    assert len(PACK(given(shipped(), *apart(12)))) <= 512


def test_no_history_takes_more_than_two_kilobytes():
    evidence = given(shipped(), *apart(500))
    for intent in INTENTS:
        evidence = reset(evidence, intent, at(-1), shipped())
    assert len(PACK(evidence)) <= 2048
