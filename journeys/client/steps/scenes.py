"""Clients who come through a partner's scene, as far as their consent lets the partner tell us."""

from journeys.client.journey.instance import Value
from journeys.client.steps import journeys
from journeys.client.steps.draft import Draft
from schemas.facts import Effect
from schemas.signals.partner import SceneEnd, SceneEnded, SceneEntered

_ENDS = {SceneEnd.DONE: "scene_done", SceneEnd.CONSENT_WITHDRAWN: "scene_withdrawn"}


def on_entered(draft: Draft, event: SceneEntered) -> None:
    """An arrival, unless the consent that it was told under had run out."""
    said = event.data
    if said.consent_until is not None and event.time >= said.consent_until:
        draft.set_aside(event, Effect.REFUSED, "consent_lapsed")
        return
    variables: dict[str, Value] = {"partner": said.partner, "scene": said.scene}
    variables["entered"] = event.time
    journeys.trigger(draft, "scene_entered", variables, (draft.cause.mark,))


def on_ended(draft: Draft, event: SceneEnded) -> None:
    """Done, the client's own needs come next; who only left may come back.

    A consent withdrawn speaks of all that the partner told.
    """
    said, name = event.data, _ENDS.get(event.data.how)
    if name is not None:
        variables = {"partner": said.partner}
        if said.how is SceneEnd.DONE:
            variables["scene"] = said.scene
        journeys.trigger(draft, name, variables, (draft.cause.mark,))
