"""What a condition's words mean: said by a trigger or a run, else read off the client."""

from msgspec.structs import replace

from journeys.client.journey.instance import Instance
from journeys.client.state import ClientState
from journeys.client.steps import words
from journeys.client.steps.draft import Draft, cause
from journeys.reference import Reference
from schemas.time import DAY, Instant
from tests.builders import MONDAY_10, the_catalogue

RUN = Instance(
    journey="j",
    version=1,
    key="k",
    step="call",
    entered_at=Instant(MONDAY_10 - DAY),
    ends_at=Instant(MONDAY_10 + DAY),
    variables={"tier": "as told", "salary": 700},
    causes=(),
    placed_fen=5,
)


def a_draft():
    draft = Draft(ClientState(client="ct_1"), Reference(offset=0, catalogue=the_catalogue()))
    draft.begin(cause("asked", "/test", at=MONDAY_10, kind="asked"), now=MONDAY_10)
    return draft


def test_what_a_trigger_says_comes_before_the_record_of_the_client():
    lookup = words.of_client(a_draft(), {"tier": "as told", "salary": 700})

    assert [lookup(word) for word in ("tier", "salary", "segment", "now", "nobody_says")] == [
        "as told", 700, "unknown", MONDAY_10, None,
    ]  # fmt: skip


def test_a_run_says_what_it_has_seen_then_what_its_trigger_said_then_the_client():
    lookup = words.of_run(a_draft(), RUN)

    assert [lookup(word) for word in ("placed", "lasted", "tier", "segment", "salary")] == [
        5, DAY, "as told", "unknown", 700,
    ]  # fmt: skip
    assert [lookup(word) for word in ("at.call", "at.visit", "nobody_says")] == [True, False, None]


def test_a_word_is_looked_up_once_for_a_decision_and_anew_for_the_next():
    draft = a_draft()
    lookup = words.of_client(draft)
    asked = lookup("tier"), lookup("nobody_says")
    draft.served = replace(draft.served, tier="private")

    assert (lookup("tier"), lookup("nobody_says")) == asked == ("mass", None)
    assert words.of_client(draft)("tier") == "private"
