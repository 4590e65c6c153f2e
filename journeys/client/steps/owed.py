"""Diagnoses that clients of some tiers are owed: when the next is to be arranged, by which day."""

from datetime import date

from journeys.client.journey.instance import Value
from journeys.client.steps import journeys, wealth
from journeys.client.steps.draft import Draft
from journeys.client.wealth.document.plan import next_due
from journeys.identity import short_hash
from schemas.time import DAY, Instant, start_of_day


def follow_service(draft: Draft) -> None:
    """Who comes into the plan is owed one, who leaves it is not.

    Of whom no diagnosis is known the first is spread, so that a book loaded in one night is not
    asked for in one day.
    """
    rules = draft.edition.plan
    if draft.served.tier not in rules.tiers:
        draft.diagnosis_at = None
    elif draft.diagnosis_at is None:
        spread = short_hash("diagnosis", draft.client) % rules.first_within
        draft.diagnosis_at = Instant(draft.now + DAY + spread)


def note_held(draft: Draft) -> None:
    """One was held and counts: the next is owed a while from now."""
    if draft.diagnosis_at is not None:
        draft.diagnosis_at = Instant(draft.now + draft.edition.plan.again_after)


def on_due(draft: Draft) -> None:
    """It is time to arrange the next; if it comes to nothing, the one after follows as usual."""
    if draft.served.tier not in draft.edition.plan.tiers:
        draft.diagnosis_at = None
        return
    note_held(draft)
    day: date = next_due(draft.edition.plan, wealth.today(draft))
    due = start_of_day(day, utc_offset_minutes=draft.served.utc_offset_minutes)
    said: dict[str, Value] = {"due": due, "due_day": day.isoformat()}
    journeys.trigger(draft, "diagnosis_due", said, (), is_duty=True)
