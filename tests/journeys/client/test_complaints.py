"""Complaint recovery: what the stories do not say."""

from schemas.time import DAY, HOUR, Instant
from tests.builders import MONDAY_10, Life
from tests.journeys.client.living import ends, recalled, tasks_of

CARE = "/care/desk"


def opened(life, complaint="k1", *, at=MONDAY_10, received=None):
    data = {"complaint": complaint, "topic": "fees"}
    return life.say(
        "consent.complaint_opened",
        data,
        at=at,
        received=received,
        source=CARE,
        event_id=f"open-{complaint}-{at}",
    )


def closed(life, complaint="k1", *, at, agrees=True):
    data = {"complaint": complaint, "client_agrees": agrees}
    return life.say(
        "consent.complaint_closed", data, at=at, source=CARE, event_id=f"close-{complaint}-{at}"
    )


def steps(life):
    return {run.key: run.step for run in life.state.instances if run.journey == "complaint"}


def taken_back(life, event_id, *, kind="consent.complaint_opened"):
    data = {
        "id": event_id,
        "source": CARE,
        "type": f"org.suishen.{kind}.v1",
        "time": "2026-11-23T10:00:00+08:00",
        "reason": "wrong_client",
    }
    at = Instant(MONDAY_10 + HOUR)
    return life.say("corebank.event_reversed", data, at=at, source="/corebank/ledger")


def test_due_days_count_from_the_opening_even_if_it_is_told_late():
    life = Life()
    opened(life, received=Instant(MONDAY_10 + 4 * DAY))
    assert steps(life) == {"k1": "answer"}
    life.wait(Instant(MONDAY_10 + 5 * DAY))
    assert steps(life) == {"k1": "lead"}
    life.wait(Instant(MONDAY_10 + 12 * DAY))
    assert steps(life) == {"k1": "decide"}


def test_closing_one_complaint_leaves_the_run_of_another_alone():
    life = Life()
    opened(life)
    opened(life, "k2", at=Instant(MONDAY_10 + HOUR))
    closed(life, "k2", at=Instant(MONDAY_10 + 2 * HOUR))
    assert steps(life) == {"k1": "answer", "k2": "rest"}
    assert life.state.complaints == ("k1",)


def test_a_complaint_opened_again_begins_again():
    life = Life()
    opened(life)
    closed(life, at=Instant(MONDAY_10 + DAY), agrees=False)
    life.wait(Instant(MONDAY_10 + 7 * DAY))
    assert steps(life) == {}
    opened(life, at=Instant(MONDAY_10 + 8 * DAY))
    assert steps(life) == {"k1": "answer"}


def test_a_complaint_of_another_client_is_taken_back_whole():
    life = Life()
    opened(life)
    opened(life, "k2", at=Instant(MONDAY_10 + 60_000_000))
    said = taken_back(life, f"open-k1-{MONDAY_10}")
    assert (ends(said), recalled(said)) == (["recall"], ["reversed"])
    assert life.state.complaints == ("k2",)
    assert steps(life) == {"k2": "answer"}


def test_a_closing_that_is_taken_back_ends_no_run():
    life = Life()
    opened(life)
    closed(life, at=Instant(MONDAY_10 + 60_000_000))
    close = f"close-k1-{MONDAY_10 + 60_000_000}"
    assert ends(taken_back(life, close, kind="consent.complaint_closed")) == []
    assert steps(life) == {"k1": "rest"}


def complaining(life):
    said = {
        "session": "s1",
        "turn": 1,
        "channel": "ai",
        "language": "zh",
        "reading": "accept",
        "guesses": [{"intent": "complain", "p": 0.95}],
        "margin": 0.9,
        "model": "zh-1",
        "path": "tfidf",
    }
    life.say("conversation.utterance_understood", said, source="/ai/chat")
    return [task.action for task in tasks_of(life) if task.version == 1]


def test_a_complaint_in_words_is_followed_up_and_a_registered_one_has_its_owner():
    assert complaining(Life()) == ["complaint_follow_up"]
    registered = Life()
    opened(registered)
    assert complaining(registered) == ["complaint_answer"]
