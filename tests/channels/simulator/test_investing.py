"""First tests, re-grades: whom they concern, and what follows."""

from channels.simulator.products import DEPOSITS
from tests.channels.simulator.lives import a_bank, a_month, alone, tasks_of, with_engine


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
    assert levels == [("wmp-r2", 2, 3), ("bond-a", 2, 3), ("bond-a", 3, 2)]


def test_holders_are_told_of_a_grade_above_their_class():
    life = with_engine(clients=60, days=4)
    assert "regrade_notice" in {task.action for task in tasks_of(life)}
