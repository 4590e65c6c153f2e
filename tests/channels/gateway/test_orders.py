"""`POST /v1/orders:check` over an engine, its read model and the reference log: fail closed."""

import json

import pytest
from starlette.testclient import TestClient

from channels.gateway.app import create_app
from channels.gateway.orders import OrderDesk
from schemas.time import DAY, HOUR, MINUTE, Instant, format_instant
from streams.embedded.file import FileReader
from streams.feed import ReaderFeed
from streams.readmodel.database import open_database
from streams.readmodel.freshness import Freshness
from streams.readmodel.projector import Projector
from streams.readmodel.queries import Views
from streams.released import ReleasedCatalogue
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_baseline, a_position, yuan
from tests.journeys.decide.sales import FIELDS, FUND, NOTE
from tests.streams.running import Running

ORDER = {
    "client": CLIENT,
    "product": "note",
    "amount": yuan(100_000),
    "initiator": "client",
    "channel": "app",
}


class Bank:
    """An engine with its projector, and the door that judges orders."""

    def __init__(self, folder):
        self.running = Running(folder)
        self.running.release()
        self.running.engine.release([NOTE, FUND])
        self.reader = FileReader(self.running.path)
        self.tables = open_database(f"sqlite:///{folder / 'views.db'}")
        self.projector = Projector(self.tables, ReaderFeed(self.reader))
        self.clock = self.running.clock
        views = Views(self.tables, self.reader)
        fresh = Freshness(self.reader, self.reader, views, self.clock)
        self.desk = OrderDesk(views, ReleasedCatalogue(self.reader), fresh, self.clock)
        self.door = TestClient(create_app(self.running.engine, self.clock, views, orders=self.desk))

    def born(self):
        said = {"fields": FIELDS, "positions": [a_position("cur", 500_000)]}
        born = Instant(MONDAY_10 - 30 * DAY)
        self.running.say("corebank.baseline_loaded", a_baseline(**said), at=born)

    def follow(self):
        self.running.live()
        self.projector.catch_up()
        self.desk.refresh()

    def wait(self, span):
        self.clock.moment = Instant(self.clock.moment + span)

    def ask(self, **changes):
        return self.door.post("/v1/orders:check", content=json.dumps(ORDER | changes))

    def close(self):
        self.projector.close()
        self.tables.dispose()
        self.reader.close()
        self.running.engine.close()


@pytest.fixture
def bank(tmp_path):
    bank = Bank(tmp_path)
    bank.born()
    bank.follow()
    yield bank
    bank.close()


def closed(answer):
    return (answer.status_code, answer.json()["code"]) == (503, "order-unjudged")


def test_an_order_is_allowed_with_every_row_and_what_it_rests_on(bank):
    answer = bank.ask()

    assert answer.status_code == 200
    said = answer.json()
    assert (said["verdict"], said["reason"], said["steps"]) == ("allow", None, [])
    assert {"s01", "s07", "s11", "liquidity"} <= {one["rule"] for one in said["findings"]}
    assert all(one["version"] for one in said["findings"])
    assert said["as_of"] == said["judged_at"] == format_instant(MONDAY_10)
    assert said["versions"]["product"] == 1
    assert said["versions"]["reference_offset"] > 0


def test_a_row_that_says_no_is_named_with_value_and_limit(bank):
    reason = bank.ask(amount=yuan(400_000)).json()["reason"]

    assert (reason["rule"], reason["reason"]) == ("s11", "beyond_means")
    assert (reason["value"], reason["limit"]) == (40_000_000, 25_000_000)


def test_what_is_missing_blocks_and_is_named(bank):
    said = bank.ask(initiator="rm").json()

    assert said["verdict"] == "block"
    assert (said["reason"]["rule"], said["reason"]["missing"]) == ("s20", "licence_until")


def test_an_unknown_client_is_blocked(bank):
    said = bank.ask(client=OTHER_CLIENT).json()

    assert (said["verdict"], said["reason"]["missing"]) == ("block", "client")
    assert said["client_stated_at"] is None


def test_a_change_is_seen_by_the_next_order(bank):
    test = {"risk_class": 1, "actor": "client", "device": "client"}
    at = format_instant(Instant(MONDAY_10 - HOUR))
    bank.running.say("corebank.risk_test_taken", test | {"taken_at": at})
    bank.follow()
    assert bank.ask().json()["reason"]["rule"] == "s01"

    bank.running.engine.release([FUND.model_copy(update={"version": 2, "on_sale": False})])
    bank.follow()
    assert bank.ask(product="bond").json()["reason"]["reason"] == "not_on_shelf"


@pytest.mark.parametrize(
    ("broken", "pointer"),
    [
        ({"client": "li wei"}, "/client"),
        ({"amount": yuan(0)}, "/amount/amount_minor"),
        ({"amount": {"amount_minor": 1, "currency": "USD"}}, "/amount/currency"),
        ({"initiator": "machine"}, "/initiator"),
        ({"product": None}, "/product"),
    ],
)
def test_a_broken_order_is_refused_at_its_place(bank, broken, pointer):
    answer = bank.ask(**broken)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert "li wei" not in answer.text


def test_no_json_and_too_much_of_it_are_refused(bank):
    assert bank.door.post("/v1/orders:check", content=b"{").status_code == 400
    assert bank.door.post("/v1/orders:check", content=b" " * 70_000).status_code == 413


def test_before_anything_was_read_no_order_is_judged(tmp_path):
    bank = Bank(tmp_path)
    bank.born()
    bank.running.live()

    assert closed(bank.ask())
    bank.close()


def test_a_door_without_a_judge_allows_nothing(bank):
    door = TestClient(create_app(bank.running.engine, bank.clock))

    assert closed(door.post("/v1/orders:check", content=json.dumps(ORDER)))


def test_a_door_that_has_not_read_on_for_too_long_judges_nothing(bank):
    bank.wait(2 * MINUTE)
    assert bank.ask().status_code == 200
    bank.wait(MINUTE)
    assert closed(bank.ask())
    bank.desk.refresh()
    assert bank.ask().status_code == 200


def test_behind_the_log_no_order_is_judged(bank):
    """An event stands on the log, and nobody knows what it says: a class may have fallen."""
    test = {"risk_class": 1, "actor": "client", "device": "client"}
    at = format_instant(Instant(MONDAY_10 - HOUR))
    bank.running.say("corebank.risk_test_taken", test | {"taken_at": at})
    bank.running.engine.commit()
    for _ in range(3):
        bank.desk.refresh()
        bank.wait(MINUTE)
    assert closed(bank.ask()), "the engine has not applied it"
    bank.running.live()
    bank.desk.refresh()
    assert closed(bank.ask()), "and the tables do not show it"
    bank.projector.catch_up()
    bank.desk.refresh()
    bank.desk.refresh()
    assert bank.ask().json()["reason"]["rule"] == "s01"


def test_without_its_tables_a_door_judges_nothing(bank, tmp_path):
    bank.projector.close()
    with bank.tables.begin() as connection:
        connection.exec_driver_sql("drop table buyers")

    assert closed(bank.ask())


def test_a_client_told_in_another_form_is_judged_by_nobody(bank):
    bank.projector.close()
    with bank.tables.begin() as connection:
        connection.exec_driver_sql("update buyers set state = 'kgEC'")

    assert closed(bank.ask())
