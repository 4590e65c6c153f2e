"""Contact and data: consent, opt-out, hours, frequency, notices, profiling (CT, PI rows)."""

from datetime import datetime, time, timedelta

from journeys.decide.conduct.finding import ELSEWHERE, PASS, Answer, Asked
from journeys.decide.conduct.months import months_later
from journeys.decide.conduct.told import Told
from journeys.decide.verdict import ALLOW, SUPPRESS, defer, join
from schemas.time import SECOND, Instant

SILENT = Answer(SUPPRESS)
_WEEK = timedelta(days=7)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a local clock has no zone


def consented(told: Told, asked: Asked) -> Answer:
    """CT01: what is commercial and pushed."""
    is_pushed = not told.flag("service_notice") and (
        told.word("channel") in asked.rule.words["channels"]
    )
    if not is_pushed:
        return ELSEWHERE
    return _must(
        told.flag("consent") and told.flag("sender_stated") and told.flag("opt_out_in_message")
    )


def not_opted_out(told: Told, _: Asked) -> Answer:
    """CT02: for good."""
    if told.flag("service_notice"):
        return ELSEWHERE
    return _must(told.word("channel") not in told.words("opted_out"))


def in_hours(told: Told, asked: Asked) -> Answer:
    """CT03: contact hours, unless the client asks; and who refused is left alone for months.

    Who never refused has no `refused_on`: that is no gap. `until` is on the client's own clock.
    """
    if told.flag("service_notice"):
        return ELSEWHERE
    now, contact = told.time("local_time"), asked.contact
    opens, closes = _clock(contact.opens), _clock(contact.closes)
    verdict = ALLOW
    if not _is_open(now, opens, closes) and not told.flag("client_asked"):
        verdict = defer(_instant(_next_opening(now, opens)))
    if told.has("refused_on"):
        last = months_later(told.day("refused_on"), asked.rule.numbers["refused_months"])
        if now.date() <= last:
            first = datetime.combine(last + timedelta(days=1), time()) + opens
            verdict = join(verdict, defer(_instant(first)))
    return Answer(verdict)


def seldom(told: Told, asked: Asked) -> Answer:
    """CT04: one more touch in the 7 × 24 hours up to now; one just a week old has left them."""
    if told.flag("service_notice"):
        return ELSEWHERE
    now = told.time("now")
    if told.flag("complaint_open"):
        return SILENT
    lately = sum(timedelta() <= now - touch < _WEEK for touch in told.times("touches"))
    return _must(lately < asked.contact.marketing_per_week)


def sells_nothing(told: Told, _: Asked) -> Answer:
    """CT05: a notice that sells is no notice."""
    if not told.flag("service_notice"):
        return ELSEWHERE
    return _must(not told.flag("sales_text"))


def may_be_refused(told: Told, _: Asked) -> Answer:
    """PI03: an option or an easy refusal; once refused, nothing that the score has triggered."""
    if not told.flag("automated"):
        return ELSEWHERE
    is_open = told.flag("non_profiled_option") or told.flag("easy_refusal")
    return _must(is_open and not (told.flag("refused") and told.flag("score_triggered")))


def _clock(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _is_open(now: datetime, opens: timedelta, closes: timedelta) -> bool:
    return opens <= now - datetime.combine(now, time()) < closes


def _next_opening(now: datetime, opens: timedelta) -> datetime:
    today = datetime.combine(now, time()) + opens
    return today if now < today else today + timedelta(days=1)


def _instant(moment: datetime) -> Instant:
    return Instant(round((moment - _EPOCH).total_seconds()) * SECOND)


def _must(holds: bool) -> Answer:  # noqa: FBT001 - the predicate itself
    return PASS if holds else SILENT
