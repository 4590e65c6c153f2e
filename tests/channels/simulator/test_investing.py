"""First tests, re-grades, a falling market: whom they concern, and what follows."""

from random import Random

import pytest

from channels.simulator.client import Held
from channels.simulator.investing import Investing
from channels.simulator.products import DEPOSITS, FUNDS
from channels.simulator.story import Story, tokens
from schemas.time import HOUR, Instant, format_instant
from tests.channels.simulator.a_task import a_task
from tests.channels.simulator.lives import MONDAY, a_bank, a_month, alone, tasks_of, with_engine

pytestmark = pytest.mark.untraced


def test_a_test_that_is_withdrawn_never_was():
    bank = a_bank(clients=150)
    classes = {client.key: client.risk_class for client in bank.clients}
    said = alone(bank, days=20)
    withdrawn = {
        one.data["id"]: one
        for one in said
        if one.kind == "corebank.event_reversed" and "risk_test" in one.data["type"]
    }
    assert withdrawn
    tests = [one for one in said if one.kind == "corebank.risk_test_taken"]
    by_client = {
        one.message.key: [t for t in tests if t.message.key == one.message.key] for one in tests
    }
    for one in withdrawn.values():
        mine = by_client[one.message.key]
        assert one.data["id"] in {test.message.body["id"] for test in mine}
        if len({test.message.body["id"] for test in mine}) == 1:
            client = next(c for c in bank.clients if c.key == one.message.key)
            assert client.risk_class == classes[client.key]


def test_most_first_tests_come_from_who_holds_deposits_alone():
    opening = {
        one.message.key: [p["product"] for p in one.data["positions"]]
        for one in a_month()
        if one.kind == "corebank.baseline_loaded"
    }
    tested = [one.message.key for one in a_month() if one.kind == "corebank.risk_test_taken"]
    alone_in_deposits = [key for key in tested if set(opening[key]) <= set(DEPOSITS)]
    assert len(alone_in_deposits) > len(tested) / 2


def test_each_change_of_a_product_is_released_once_and_one_is_graded_back():
    bank = a_bank(clients=1)
    levels = []
    while (at := bank.next_release()) is not None:
        levels += [
            (row["product"], row["version"], row["seller_level"]) for row in bank.releases(at)
        ]
        assert bank.releases(at) == []
    assert levels == [
        ("wmp-r1", 2, 3),
        ("wmp-r2", 2, 3),
        ("bond-a", 2, 3),
        ("bond-a", 3, 2),
    ]


def test_holders_are_told_of_a_grade_above_their_class():
    life = with_engine(clients=60, days=4)
    assert "regrade_notice" in {task.action for task in tasks_of(life)}


def _reports():
    """Every report of a fund's value: the event, and what it stood at before."""
    values: dict[tuple[str, str], int] = {}
    for one in a_month():
        said = one.data
        told = [said] if one.kind == "corebank.position_reported" else said.get("positions", [])
        for position in told:
            key = one.message.key, position["product"]
            before, values[key] = values.get(key, 0), position["value"]["amount_minor"]
            if position["product"] in FUNDS and before > values[key]:
                yield one.message, position, before


def test_every_holder_of_a_fund_hears_at_the_opening_that_it_has_fallen():
    opening = {
        (one.message.key, held["product"])
        for one in a_month()
        if one.kind == "corebank.baseline_loaded"
        for held in one.data["positions"]
        if held["product"] in FUNDS
    }
    told = {
        (one.message.key, one.data["product"])
        for one in a_month()
        if one.at == MONDAY and one.data.get("cause") == "price"
    }
    assert told == opening


def test_a_fall_before_the_opening_is_steep_and_none_after_it_is_as_steep():
    lost = [
        (message.body["time"] == format_instant(MONDAY), told, before)
        for message, told, before in _reports()
        if told["cause"] == "price" and told["product"] in {"eq-a", "ix-a", "eq-thm", "eq-b"}
    ]
    shares = {True: [], False: []}
    for is_first, told, before in lost:
        shares[is_first].append(1 - told["value"]["amount_minor"] / before)
    assert len(shares[True]) > 10
    assert min(shares[True]) > 0.2 > max(shares[False])


def test_a_fund_bought_after_the_fall_has_no_part_in_it():
    bank = a_bank(clients=1)
    (client,) = bank.clients
    client.risk_class, client.holdings = 4, {"cur": Held(900_000_000)}
    while not any(name in FUNDS for name in client.holdings):
        list(bank._deeds["buy"](client, MONDAY, 0.2))
    (fund,) = (name for name in client.holdings if name in FUNDS)
    before = client.holdings[fund].value
    list(bank._deeds["price"](client, Instant(MONDAY + 20 * HOUR), fund))
    assert client.holdings[fund].value > before * 0.9


def _holders_told(bank):
    return {message.key for message in bank.emit(MONDAY) if "position" in message.body["type"]}


def test_a_bank_that_is_not_asked_to_leaves_the_fall_to_the_first_evening():
    assert _holders_told(a_bank(clients=60)) == set()


def test_no_client_of_a_story_hears_of_the_fall_before_it_begins():
    bank = a_bank(clients=60, told=Story(Instant(MONDAY + HOUR), "remote-2"))
    bank.tell_fall()
    told = _holders_told(bank)
    assert told
    assert told.isdisjoint(tokens(7).values())


def test_a_wrong_price_is_taken_back_by_its_name():
    falls = {message.body["id"] for message, told, _ in _reports() if told["cause"] == "price"}
    mended = [one.data["id"] for one in a_month() if one.data.get("reason") == "wrong_price"]
    assert len(mended) > 2
    assert set(mended) <= falls


def _sold_in_a_fright(outcome: str) -> list[str]:
    """What a client with a fund sells after a talk about the fall."""
    bank = a_bank(clients=1)
    client, money = bank.clients[0], bank._money
    client.holdings["eq-a"] = Held(5_000_000)
    investing = Investing(bank._world, money.deeds()["price"])
    task, rng = a_task(action="drawdown_call"), Random(1)  # noqa: S311 - seeded, nothing secret
    investing.follows()["drawdown_call"](client, task, outcome, MONDAY, rng)
    said = investing.deeds()["panic_sell"](client, MONDAY, "eq-a")
    return [message.body["data"]["product"] for message in said]


def test_who_is_frightened_sells_unless_reassured():
    assert _sold_in_a_fright("not_now") == ["eq-a", "cur"]
    assert _sold_in_a_fright("converted") == []
