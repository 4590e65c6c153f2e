"""Cases in the read model, on SQLite and on a real PostgreSQL."""

from schemas.time import DAY, Instant
from streams.feed import ReaderFeed
from streams.readmodel.projector import Projector
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT
from tests.journeys.client.casework import PAYMENT, Casework, solved
from tests.streams.readmodel.facts_made import project


def a_case_that_went_wrong() -> Casework:
    """Asked in the AI channel, twice; a step fails, and what was done is taken back."""
    life = Casework()
    life.need(record={"payment": "p-17"})
    life.note("asked", "payment")
    life.want(parameters=PAYMENT)
    life.reply()
    life.answer()
    life.answer("failed", reason="payee_closed")
    life.answer()
    return life


def test_a_client_page_has_every_case_with_all_that_was_said_and_done(database, desk, views):
    life = a_case_that_went_wrong()
    desk.lived(life)
    project(database, desk)
    (case,) = views.client(CLIENT)["cases"]
    assert (case["case_type"], case["life"], case["owner"]) == (
        "payment_failed", "waiting_bank", "remote-1"
    )  # fmt: skip
    assert [(line["kind"], line["word"]) for line in case["lines"]] == [
        ("case", "opened"),
        ("case", "waiting"),
        ("note", "asked"),
        ("case", "followed"),
        ("operation", "offered"),
        ("operation", "running"),
        ("step", "reserve_funds"),
        ("case", "waiting"),
        ("step", "correct_payment"),
        ("operation", "undoing"),
        ("step", "release_funds"),
        ("operation", "compensated"),
    ]
    assert case["lines"][2]["doc"]["again"] is True
    assert case["lines"][-1]["doc"]["owner"] == "remote-1"
    assert case["lines"][0]["cause_id"] == "said-1"
    assert views.cases(OTHER_CLIENT) == []


def test_a_case_is_found_by_its_name_and_shows_the_newest(database, desk, views):
    life = solved()
    desk.lived(life)
    project(database, desk)
    found = views.case(life.case.case_id)
    assert (found["life"], found["doc"]["confirmed"], found["first_contact"]) == (
        "resolved", "core", None
    )  # fmt: skip
    assert views.case("k_" + "9" * 32) is None


def test_first_contact_resolution_is_counted_by_type(database, desk, views):
    life = solved()
    life.need(record={"payment": "p-18"}, at=Instant(MONDAY_10 + 9 * DAY))
    life.settle(by="desk")
    life.wait(Instant(MONDAY_10 + 20 * DAY))
    life.need("maturity_instruction")
    desk.lived(life)
    project(database, desk)
    assert views.first_contact() == [
        {"case_type": "maturity_instruction", "opened": 1, "judged": 0, "met": 0},
        {"case_type": "payment_failed", "opened": 2, "judged": 2, "met": 1},
    ]


def test_cases_projected_twice_or_built_again_are_the_same(database, desk, views):
    desk.lived(a_case_that_went_wrong())
    project(database, desk)
    before = views.client(CLIENT)["cases"]
    assert project(database, desk) == 0
    projector = Projector(database, ReaderFeed(desk.log))
    projector.rebuild()
    projector.catch_up()
    projector.close()
    assert views.client(CLIENT)["cases"] == before
