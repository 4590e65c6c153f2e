"""What bars a talk stands beside its button; what the door refuses is grey, and refused with it."""

import pytest

from schemas.tasks import TaskState
from schemas.time import DAY, HOUR, Instant, format_instant
from schemas.wire import Method
from tests.builders import CLIENT, MONDAY_10
from tests.channels.workbench.test_allowed_told import known, say
from tests.channels.workbench.test_pages import Bench, an_offer_holds_the_day
from tests.streams.readmodel.facts_made import TASK

LONG = Instant(MONDAY_10 + 5 * DAY)
START = 'name="action" value="start" data-key="1"'
BESIDE = f'{START} aria-describedby="barred"'
GREY = f'{START} disabled data-barred aria-describedby="barred"'
NIGHT, MORNING = Instant(MONDAY_10 + 12 * HOUR), Instant(MONDAY_10 + 23 * HOUR)


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    known(bench)
    yield bench
    bench.database.dispose()


def accepted(bench, **more):
    bench.desk.task(version=4, state=TaskState.ACCEPTED, **({"expires": LONG} | more))


def page(bench, language="en"):
    return bench.show(f"/tasks/{TASK}?desk=rm-li", language).text


def is_barred(bench, english, chinese):
    """On the page in both languages, in the inbox, and in the answer to the act."""
    assert GREY in page(bench)
    assert 'id="barred"' in page(bench)
    assert english in page(bench)
    assert chinese in page(bench, "zh")
    assert english in bench.show("/desks/rm-li").text
    before = len(bench.sent())
    answer = bench.act("start")
    assert (answer.status_code, english in answer.text) == (409, True)
    assert len(bench.sent()) == before


def is_warned(bench, english, chinese):
    """The same, but the act is sent: the fold may know better."""
    assert BESIDE in page(bench)
    assert english in page(bench)
    assert chinese in page(bench, "zh")
    assert english in bench.show("/desks/rm-li").text
    before = len(bench.sent())
    assert bench.act("start").status_code == 202
    assert len(bench.sent()) == before + 1


def test_what_nothing_bars_can_be_started(bench):
    accepted(bench)
    assert f"{START}>" in page(bench)
    assert 'id="barred"' not in page(bench)
    assert bench.act("start").status_code == 202


def test_a_full_cap_bars_the_button_too(bench):
    an_offer_holds_the_day(bench)
    accepted(bench)
    is_warned(bench, "Cannot be started before 11-24 09:00", "需等至 11-24 09:00 才能开始")


def test_a_complaint_opened_while_the_task_waits_bars_it(bench):
    accepted(bench)
    say(bench, "consent.complaint_opened", {"complaint": "c-7", "topic": "service"}, hours=1)
    is_warned(bench, "a complaint of the client is open", "客户有未结投诉，结案前不营销")
    assert "data-again" not in page(bench)
    accepted(bench, marketing=False, window=None)
    bench.desk.task(version=5, state=TaskState.ACCEPTED, marketing=False, expires=LONG)
    assert f"{START}>" in page(bench)


def test_a_way_that_the_client_left_bars_it(bench):
    accepted(bench)
    say(bench, "consent.opted_out", {"method": "call"}, hours=1)
    is_warned(bench, "allows no marketing by this way (call)", "客户不接受以此方式营销（电话）")


def test_a_way_that_the_consent_does_not_name_bars_it(bench):
    accepted(bench)
    told = {"purpose": "marketing", "given": True, "methods": ["sms"]}
    say(bench, "consent.consent_changed", told, hours=1)
    is_warned(bench, "allows no marketing by this way (call)", "客户不接受以此方式营销（电话）")


def test_do_not_call_bars_it_until_its_end(bench):
    accepted(bench)
    until = format_instant(Instant(MONDAY_10 + 2 * DAY))
    say(bench, "consent.do_not_call_set", {"until": until}, hours=1)
    is_warned(bench, "before 11-25 10:00: the client is on the do-not-call list", "谢绝来电名单")
    bench.clock.moment = Instant(MONDAY_10 + 2 * DAY)
    assert f"{START}>" in page(bench)


def test_do_not_call_bars_no_other_way(bench):
    accepted(bench, method=Method.VISIT)
    until = format_instant(Instant(MONDAY_10 + 2 * DAY))
    say(bench, "consent.do_not_call_set", {"until": until}, hours=1)
    assert f"{START}>" in page(bench)


def test_what_sells_nothing_keeps_the_hours_too(bench):
    accepted(bench, marketing=False)
    bench.clock.moment = NIGHT
    is_barred(bench, "it is outside the contact hours, 09:00 to 21:00", "不在可联系时段")


def test_a_talk_whose_slot_was_spent_may_be_started_again(bench):
    accepted(bench)
    bench.slot("spent", TASK, MONDAY_10)
    an_offer_holds_the_day(bench)
    say(bench, "consent.opted_out", {"method": "call"}, hours=1)
    assert f"{START}>" in page(bench)
    assert bench.act("start").status_code == 202


def test_after_hours_the_next_opening_is_told_although_the_cap_is_free_again(bench):
    an_offer_holds_the_day(bench)
    accepted(bench)
    bench.clock.moment = Instant(MONDAY_10 + 11 * HOUR)
    bench.slot("returned", TASK, MONDAY_10)
    for moment in (NIGHT, Instant(MORNING - 2 * HOUR)):
        bench.clock.moment = moment
        is_barred(bench, "Cannot be started before 11-24 09:00", "需等至 11-24 09:00 才能开始")
    assert "data-again" in page(bench)
    bench.slot("returned", "t_" + "1" * 32, MONDAY_10)
    is_barred(bench, "it is outside the contact hours, 09:00 to 21:00", "不在可联系时段")
    bench.clock.moment = MORNING
    assert f"{START}>" in page(bench)


def test_an_expired_task_says_so_until_the_engine_closes_it(bench):
    accepted(bench, expires=Instant(MONDAY_10 + HOUR))
    bench.clock.moment = Instant(MONDAY_10 + HOUR)
    is_barred(bench, "the task has expired", "任务已过期")


def test_a_task_of_nobody_or_under_way_says_nothing(bench):
    bench.desk.task(version=6, state=TaskState.STARTED, expires=LONG)
    bench.clock.moment = NIGHT
    assert "Cannot be started" not in page(bench)
    assert "Cannot be started" not in bench.show(f"/clients/{CLIENT}").text
