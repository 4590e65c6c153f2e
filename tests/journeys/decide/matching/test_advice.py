"""Advice keeps its word: every move is suitable, whole, paid for, and does what it says."""

import pytest
from msgspec.structs import replace

from journeys.client.wealth.book import book_of
from journeys.client.wealth.diagnosis import diagnose
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.rules import CLASSES
from journeys.client.wealth.score import Label, score
from journeys.decide.matching.advice import advise
from journeys.decide.matching.match import Source, buyable, match
from journeys.decide.matching.moves import (
    buyer_of,
    moves,
    sources,
    try_move,
)
from journeys.decide.matching.shelf import nearest, promising, shelf_of, suitable
from journeys.decide.matching.terms import Adviser
from tests.journeys.client.wealth import golden
from tests.journeys.client.wealth.builders import PARAMETERS
from tests.journeys.decide.matching.shelves import golden_offers, invented
from tests.journeys.decide.matching.test_gate import POLICY

NAMES = [row["id"] for row in golden.GOLDEN["clients"]]
MARKET = Adviser(shelf_of(invented(600)), PARAMETERS, POLICY)
LABELS = list(Label)


def held(name):
    return [golden.lot(key, yuan) for key, yuan in golden.client(name)["holdings"].items()]


def told(name) -> Profile:
    return golden.profile(golden.client(name)["profile"])


ADVICE = {name: advise(held(name), told(name), MARKET) for name in NAMES}


def every_move(advice):
    label = () if advice.to_next_label is None else (advice.to_next_label,)
    return (*advice.moves, *label, *advice.to_target)


@pytest.mark.parametrize("name", NAMES)
def test_every_move_is_whole_paid_for_and_suitable(name):
    for move in every_move(ADVICE[name]):
        offer = MARKET.shelf.by_name[move.buy]

        assert move.bought_fen % offer.step_fen == 0
        assert move.bought_fen >= offer.minimum_fen
        assert move.sold_fen - move.bought_fen == move.cost_fen
        assert move.cost_fen == -(-move.bought_fen * offer.entry_bp // 10_000)
        assert offer.facts.level <= golden.client(name)["profile"]["C"]
        assert not [ruling for ruling in move.rulings if ruling.verdict == "block"]
        assert move.rulings
        assert move.serves
        assert move.gain_points > 0


@pytest.mark.parametrize("name", NAMES)
def test_the_score_after_a_move_is_the_score_of_the_book_after_it(name):
    for move in ADVICE[name].moves:
        after = traded(held(name), move)

        found = score(book_of(after, PARAMETERS), told(name), PARAMETERS)
        assert found.total == pytest.approx(move.after, abs=1e-9)


def traded(lots, move):
    done = []
    left = move.sold_fen
    for lot, facts in lots:
        sold = min(left, lot.value_fen) if lot.product == move.sell else 0
        left -= sold
        done.append((replace(lot, value_fen=lot.value_fen - sold), facts))
    assert left == 0
    offer = MARKET.shelf.by_name[move.buy]
    return [*done, (replace(offer.lot, value_fen=move.bought_fen), offer.facts)]


@pytest.mark.parametrize("name", NAMES)
def test_trades_to_target_follow_each_other_and_never_undo_each_other(name):
    advice, lots = ADVICE[name], held(name)
    before = advice.total
    for move in advice.to_target:
        assert move.before == pytest.approx(before, abs=1e-9)
        lots = traded(lots, move)
        before = score(book_of(lots, PARAMETERS), told(name), PARAMETERS).total
        assert move.after == pytest.approx(before, abs=1e-9)
    assert not {move.buy for move in advice.to_target} & {move.sell for move in advice.to_target}


@pytest.mark.parametrize("name", NAMES)
def test_alternatives_are_ranked_by_points_for_a_yuan_net_of_the_fee(name):
    found = ADVICE[name].moves

    assert [one.per_yuan for one in found] == sorted((m.per_yuan for m in found), reverse=True)
    assert len({one.buy for one in found}) == len(found) <= 5
    for one in found:
        fee = MARKET.shelf.by_name[one.buy].facts.fee_bp
        net = one.bought_fen / 100 * (1 - fee / 1e4)
        assert one.per_yuan == pytest.approx(one.gain_points / net)


@pytest.mark.parametrize("name", ["A1", "A4", "A5", "A7"])
def test_the_smallest_move_to_the_next_label_reaches_it_and_little_less_does_not(name):
    advice = ADVICE[name]
    move = advice.to_next_label

    assert LABELS.index(move.label) < LABELS.index(advice.label)
    client = buyer_of(held(name), told(name), MARKET)
    source = next(
        one for one in sources(held(name), told(name), PARAMETERS) if one.lot.product == move.sell
    )
    offer = MARKET.shelf.by_name[move.buy]
    less = move.sold_fen - 2 * max(offer.step_fen, source.fen // 1_000)
    smaller = try_move(client, source, offer, less)
    assert smaller is None or smaller.label is advice.label


def test_whoever_has_nothing_to_gain_is_left_in_peace():
    advice = ADVICE["A10"]

    assert every_move(advice) == ()


def test_nobody_without_a_class_is_advised():
    unknown = replace(told("A7"), risk_class=None)

    assert every_move(advise(held("A7"), unknown, MARKET)) == ()


def test_an_empty_book_has_nothing_to_move():
    assert every_move(advise([], told("A7"), MARKET)) == ()


def test_golden_products_are_good_advice_for_the_golden_retiree():
    adviser = Adviser(shelf_of(golden_offers()), PARAMETERS, POLICY)
    advice = advise(held("A7"), told("A7"), adviser)

    assert advice.moves[0].sell == "tr1"
    assert advice.moves[0].buy in {"gov", "bf2", "bf3", "wmp1", "wmp2", "fp"}
    assert advice.to_target[-1].after > 90


@pytest.mark.untraced
@pytest.mark.parametrize("name", NAMES)
def test_the_head_of_each_bin_is_nearly_as_good_as_the_whole_shelf(name):
    """The price of not scanning: at most a twentieth of the best gain of any suitable product."""
    client = buyer_of(held(name), told(name), MARKET)
    allocation = diagnose(client.before, client.profile, PARAMETERS).allocation
    for source in sources(held(name), told(name), PARAMETERS)[:2]:
        listed = moves(client, source, frozenset(CLASSES), MARKET, allocation=allocation)
        scanned = [_try(client, source, offer) for offer in MARKET.shelf.by_name.values()]
        best = max((move.gain_points for move in scanned if move is not None), default=0.0)

        found = max((move.gain_points for move in listed), default=0.0)
        assert found >= 0.95 * best - 0.05


def _try(client, source: Source, offer):
    return try_move(client, source, offer, source.fen)


def test_a_shelf_of_five_thousand_is_not_scanned():
    shelf = shelf_of(invented(5_000))
    client = buyer_of(held("A8"), told("A8"), MARKET)

    bins = [one for one in shelf.bins if one.level <= client.profile.risk_class]
    allocation = diagnose(client.before, client.profile, PARAMETERS).allocation
    near = nearest(bins, golden.lot("mmf", 0)[1].look_through, 0.1, allocation)
    own = [one for one in bins if one.main == "CASH"]
    tries = promising(near, own, frozenset(CLASSES))

    assert len(shelf.by_name) == 5_000
    assert 50 < len(bins) < 300
    assert 7 <= len(tries) <= 10
    assert next(suitable(tries[0], client.profile.horizon_years, client.before))


def test_steps_and_minimum_and_cost_limit_what_money_buys():
    (offer,) = invented(1)
    offer = replace(offer, step_fen=1_000, minimum_fen=5_000, entry_bp=100)

    assert buyable(10_500, offer) == 10_000
    assert buyable(10_099, offer) == 9_000
    assert buyable(5_000, offer) == 0
    assert match(buyer_of(held("A8"), told("A8"), MARKET), offer, bought_fen=0).per_yuan == 0


def test_a_plan_is_the_same_every_time():
    assert advise(held("A3"), told("A3"), MARKET) == ADVICE["A3"]
