"""Applications that a client saves, sends, or cannot send."""

from journeys.client.journey.instance import Value
from journeys.client.steps import behaviour, journeys
from journeys.client.steps.draft import Draft
from schemas.signals.app import FormSaved, FormSent
from schemas.time import Instant


def on_saved(draft: Draft, event: FormSaved) -> None:
    """Evidence, and an application that may be abandoned."""
    behaviour.on_form(draft, event)
    _save(draft, event)
    if event.data.failed:
        _say(draft, "form_failed", event)


def on_sent(draft: Draft, event: FormSent) -> None:
    """Sent, it is done; refused by the bank's system, it lies there like one never sent."""
    behaviour.on_form(draft, event)
    if event.data.failed:
        _save(draft, event)
        _say(draft, "form_failed", event)
    else:
        _say(draft, "form_sent", event)


def _save(draft: Draft, event: FormSaved | FormSent) -> None:
    _say(draft, "form_saved", event, saved=event.time)


def _say(draft: Draft, name: str, event: FormSaved | FormSent, **more: Instant) -> None:
    said = event.data
    variables: dict[str, Value] = {"form": str(said.form), "attempt": said.attempt, **more}
    journeys.trigger(draft, name, variables, (draft.cause.mark,))
