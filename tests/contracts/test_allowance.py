"""What the read model says a client allows is what the fold goes by, in whatever order it came."""

import json
import random

import pytest

from channels.ingress.judge import judge
from schemas.time import DAY, HOUR, Instant, format_instant
from streams.feed import ReaderFeed
from streams.ports import Outgoing, Record
from streams.readmodel.allowance import Allowance, Consent
from streams.readmodel.projector import Projector
from streams.settings import ChannelRow
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, Life, a_baseline, a_document, an_event
from tests.streams.readmodel.facts_made import project

UNTIL = format_instant(Instant(MONDAY_10 + 90 * DAY))
SHORTER = format_instant(Instant(MONDAY_10 + 30 * DAY))
SAID = (
    ("corebank.baseline_loaded", a_baseline(open_complaints=["old"]), 0),
    ("consent.consent_changed", {"purpose": "marketing", "given": False}, 2),
    (
        "consent.consent_changed",
        {"purpose": "marketing", "given": True, "methods": ["call", "app_push"]},
        3,
    ),
    ("consent.consent_changed", {"purpose": "marketing", "given": False}, 3),
    ("consent.consent_changed", {"purpose": "profiling", "given": False}, 1),
    ("consent.consent_changed", {"purpose": "of_the_future", "given": True}, 5),
    ("consent.opted_out", {"method": "call"}, 4),
    ("consent.do_not_call_set", {"until": UNTIL}, 1),
    ("consent.do_not_call_set", {"until": SHORTER}, 2),
    ("consent.complaint_opened", {"complaint": "new", "topic": "service"}, 2),
    ("consent.complaint_opened", {"complaint": "other", "topic": "service"}, 3),
    ("consent.complaint_closed", {"complaint": "old", "client_agrees": True}, 3),
    ("consent.complaint_closed", {"complaint": "new", "client_agrees": False}, 4),
    ("consent.consent_changed", {"purpose": "profiling", "given": False}, 0),
)
PAST = Instant(MONDAY_10 - DAY)


def tell(desk, life, kind, data, hours, number):
    more = {"at": Instant(PAST + hours * HOUR), "event_id": f"said-{number}"}
    life.hear(an_event(kind, data, **more))
    raw = json.dumps(a_document(kind, data, **more)).encode()
    desk.log.append([Outgoing("client-events", CLIENT.encode(), raw)])


def of_the_fold(life):
    allowed = life.state.allowed
    return (
        allowed.marketing,
        allowed.profiling,
        allowed.methods,
        allowed.opted_out,
        allowed.do_not_call_until,
        life.state.complaints,
    )


def as_the_fold_has_it(found):
    marketing, profiling, *rest = found
    return (
        marketing is not None and marketing.given,
        profiling is not None and profiling.given,
        *rest,
    )


def test_in_any_order_it_is_what_the_fold_has(database, desk, views):
    drawn = random.Random(7)  # noqa: S311 - seeded draws
    for _ in range(25):
        projector = Projector(database, ReaderFeed(desk.log))
        projector.rebuild()
        projector.close()
        told = drawn.sample(list(enumerate(SAID)), k=drawn.randint(2, len(SAID)))
        fresh, life = type(desk)(), Life(known=False)
        for number, (kind, data, hours) in told:
            tell(fresh, life, kind, data, hours, number)
        project(database, fresh)
        assert as_the_fold_has_it(views.allowance(CLIENT)) == of_the_fold(life), told


def test_a_complaint_whose_event_was_reversed_was_never_made(database, desk, views):
    life = Life(known=False)
    tell(desk, life, *SAID[0][:2], 0, 0)
    tell(desk, life, "consent.complaint_opened", {"complaint": "new", "topic": "service"}, 1, 1)
    opened = a_document("consent.complaint_opened", {}, at=PAST, event_id="said-1")
    wrong = {
        "id": "said-1",
        "source": opened["source"],
        "type": opened["type"],
        "time": opened["time"],
        "reason": "misattributed",
    }
    tell(desk, life, "corebank.event_reversed", wrong, 2, 2)
    tell(desk, life, "corebank.event_reversed", wrong | {"type": "org.suishen.x.y.v1"}, 3, 3)
    project(database, desk)
    assert views.allowance(CLIENT).complaints == life.state.complaints == ("old",)


def test_a_complaint_that_two_opened_goes_with_one_that_was_reversed(database, desk, views):
    life = Life(known=False)
    opening = ("consent.complaint_opened", {"complaint": "new", "topic": "service"})
    for number in (1, 2):
        tell(desk, life, *opening, number, number)
    opened = a_document(opening[0], {}, at=PAST, event_id="said-1")
    wrong = {key: opened[key] for key in ("id", "source", "type", "time")}
    tell(desk, life, "corebank.event_reversed", wrong | {"reason": "misattributed"}, 3, 3)
    project(database, desk)
    assert views.allowance(CLIENT).complaints == life.state.complaints == ()


def reversal(kind, number, *, version=1):
    document = a_document(kind, {}, at=PAST, event_id=f"said-{number}")
    wrong = {key: document[key] for key in ("id", "source", "time")}
    name = document["type"].replace(".v1", f".v{version}")
    return "corebank.event_reversed", wrong | {"type": name, "reason": "misattributed"}


OPENED = ("consent.complaint_opened", {"complaint": "new", "topic": "service"})
CALL_LEFT = ("consent.opted_out", {"method": "call"})
NO_CALLS = ("consent.do_not_call_set", {"until": UNTIL})
FIRST = ("corebank.baseline_loaded", a_baseline())
BY_SMS = {"marketing": False, "profiling": True, "methods": ["sms"]}
SECOND = ("corebank.baseline_loaded", a_baseline(consents=BY_SMS))
TOLD = {
    "a reversal of another version": ((OPENED, 1), (reversal(OPENED[0], 1, version=2), 2)),
    "a complaint overtaken": ((reversal(OPENED[0], 1), 2), (OPENED, 1)),
    "an opt-out overtaken": ((reversal(CALL_LEFT[0], 1), 2), (CALL_LEFT, 1)),
    "a word on calls overtaken": ((reversal(NO_CALLS[0], 1), 2), (NO_CALLS, 1)),
    "an opt-out reversed": ((CALL_LEFT, 1), (reversal(CALL_LEFT[0], 1), 2)),
    "two first records": (
        (FIRST, 1),
        (("corebank.baseline_loaded", a_baseline(consents=BY_SMS)), 3),
    ),
}


@pytest.mark.parametrize("told", TOLD)
def test_it_is_what_the_fold_has_after(told, database, desk, views):
    life = Life(known=False)
    for said, number in TOLD[told]:
        tell(desk, life, *said, 0, number)
    project(database, desk)
    assert as_the_fold_has_it(views.allowance(CLIENT)) == of_the_fold(life)


def test_what_the_fold_buries_binds_nobody(database, desk, views):
    raw = json.dumps(a_document(*CALL_LEFT, at=PAST)).encode()
    desk.log.append([Outgoing("client-events", OTHER_CLIENT.encode(), raw)])
    early = Record("client-events.app", 0, 0, CLIENT.encode(), raw, (), PAST)
    refused = judge(early, ChannelRow("app", "/elsewhere"))
    assert refused.refused
    desk.log.append([refused.message])
    project(database, desk)
    assert views.allowance(CLIENT) == Allowance(None, None, (), (), Instant(0), ())


def test_of_a_client_who_said_nothing_nothing_is_known(views):
    assert views.allowance(CLIENT) == Allowance(None, None, (), (), Instant(0), ())


def test_a_word_is_told_to_the_screens_of_its_client(database, desk, views):
    tell(desk, Life(known=False), *SAID[0][:2], 1, 0)
    project(database, desk)
    assert views.changes_since(0, None) == []
    tell(desk, Life(known=False), *SAID[1][:2], 2, 1)
    project(database, desk)
    assert views.allowance(CLIENT).marketing == Consent(given=False, at=Instant(PAST + 2 * HOUR))
    assert [one["subject"] for one in views.changes_since(0, None)] == [CLIENT]


def test_what_cannot_be_read_is_passed_over(database, desk, views):
    document = a_document("consent.opted_out", {"method": "call"}, at=PAST)
    raw = json.dumps(document | {"data": {"method": 7}}).encode()
    desk.log.append([Outgoing("client-events", CLIENT.encode(), raw)])
    project(database, desk)
    assert views.allowance(CLIENT).opted_out == ()
