"""A client's page says in words that marketing is off, and why, in both languages."""

import json

import pytest

from schemas.time import DAY, HOUR, Instant, format_instant
from streams.ports import Outgoing
from tests.builders import CLIENT, MONDAY_10, a_baseline, a_document
from tests.channels.workbench.test_pages import Bench


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    bench.desk.full()
    yield bench
    bench.database.dispose()


def say(bench, kind, data, *, hours=0):
    document = a_document(kind, data, at=Instant(MONDAY_10 - DAY + hours * HOUR))
    raw = json.dumps(document).encode()
    bench.desk.log.append([Outgoing("client-events", CLIENT.encode(), raw)])


def known(bench, **consents):
    told = {"marketing": True, "profiling": True} | consents
    say(bench, "corebank.baseline_loaded", a_baseline(consents=told))


def told(bench, language="en"):
    return bench.show(f"/clients/{CLIENT}", language).text


OFF = {"en": "Marketing is off", "zh": "当前不可营销"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_who_allows_all_nothing_is_said(bench, language):
    known(bench)
    page = told(bench, language)
    assert OFF[language] not in page
    assert "Opted out" not in page


@pytest.mark.parametrize(
    ("consents", "en", "zh"),
    [
        ({"marketing": False}, "does not consent to marketing, as of 2026-11-22", "客户不同意营销"),
        (
            {"profiling": False},
            "does not consent to profiling, as of 2026-11-22",
            "客户不同意画像",
        ),
    ],
)
def test_a_consent_refused_is_told_with_its_day(bench, consents, en, zh):
    known(bench, **consents)
    assert f"Marketing is off: the client {en}. Service contacts go on." in told(bench)
    assert f"当前不可营销：{zh}（自 2026-11-22 起）。服务类联系照常。" in told(bench, "zh")


def test_a_consent_never_given_is_told(bench):
    assert "no consent of the client to marketing is on record" in told(bench)
    say(bench, "consent.consent_changed", {"purpose": "marketing", "given": True})
    assert "no consent of the client to profiling is on record" in told(bench)
    assert "没有客户同意画像的记录" in told(bench, "zh")


def test_an_open_complaint_is_told_until_it_is_closed(bench):
    known(bench)
    say(bench, "consent.complaint_opened", {"complaint": "c-7", "topic": "service"}, hours=1)
    assert "a complaint is open until it is closed (c-7)" in told(bench)
    assert "当前不可营销：有未结投诉，结案前不营销（c-7）。" in told(bench, "zh")
    say(bench, "consent.complaint_closed", {"complaint": "c-7", "client_agrees": True}, hours=2)
    assert OFF["en"] not in told(bench)


def test_ways_that_are_off_are_told_by_name(bench):
    known(bench, methods=["call", "app_push"])
    until = format_instant(Instant(MONDAY_10 + DAY))
    say(bench, "consent.opted_out", {"method": "sms"}, hours=1)
    say(bench, "consent.do_not_call_set", {"until": until}, hours=2)
    page = told(bench)
    assert OFF["en"] not in page
    assert "The consent to marketing names call, app push alone." in page
    assert "Opted out of marketing for good: text message." in page
    assert "no marketing calls until 2026-11-24 10:00" in page
    assert "2026-11-24 10:00 前不打营销电话" in told(bench, "zh")
    bench.clock.moment = Instant(MONDAY_10 + DAY)
    assert "no marketing calls" not in told(bench)


def test_who_is_control_is_not_told(bench):
    """Advisers never see it: the words come from what the client said alone."""
    known(bench)
    assert "control" not in told(bench)
