"""The client fold: the table of contents of the product.

One event, straight down: decision time, what is due by then, the event itself, goals and exits,
and a decision if something could have changed the answer.
"""

from collections.abc import Callable
from typing import Any, Final

from journeys.client.state import ClientState, Hole, Seen, decode, encode
from journeys.client.steps import banking, behaviour, claims, consents, decisions, journeys, timers
from journeys.client.steps.draft import Cause, Draft
from journeys.reference import Reference
from journeys.step import Place, Step
from schemas import codec
from schemas import facts as said
from schemas.envelope import TYPE_PREFIX, Envelope
from schemas.signals import app, consent, conversation, corebank, desk, engine, partner
from schemas.time import DAY, Instant

_HANDLERS: Final[dict[type[Envelope], Callable[[Draft, Any], None]]] = {
    app.PageViewed: behaviour.on_page,
    app.FormSaved: behaviour.on_form,
    app.FormSent: behaviour.on_form,
    conversation.UtteranceUnderstood: behaviour.on_utterance,
    conversation.ContactStarted: behaviour.on_contact,
    corebank.PositionReported: banking.on_position,
    corebank.FlowPosted: banking.on_flow,
    corebank.ProfileChanged: banking.on_profile,
    corebank.RiskTestTaken: banking.on_risk_test,
    corebank.ServiceAssigned: consents.on_service,
    corebank.BaselineLoaded: banking.on_baseline,
    corebank.EventReversed: banking.on_reversal,
    consent.ConsentChanged: consents.on_consent,
    consent.OptedOut: consents.on_opt_out,
    consent.DoNotCallSet: consents.on_do_not_call,
    consent.ComplaintOpened: consents.on_complaint_opened,
    consent.ComplaintClosed: consents.on_complaint_closed,
    desk.TaskPresented: claims.on_presented,
    desk.TaskNotPresented: claims.on_not_presented,
    desk.TaskOutcomeReported: claims.on_reported,
    desk.TaskClaimed: claims.on_claim,
}
"""What each event does. Draft types stand here only once something is concluded from them."""

_INTERACTIVE: Final = frozenset(
    {
        app.PageViewed,
        app.FormSaved,
        app.FormSent,
        app.DiagnosisTaken,
        conversation.UtteranceUnderstood,
        conversation.ContactStarted,
        conversation.SessionStepped,
        partner.SceneEntered,
        desk.TaskPresented,
        desk.TaskOutcomeReported,
        desk.TaskClaimed,
    }
)
"""The client or a desk acts now: only these advance the contact clock."""

_VERSIONED: Final = frozenset(
    {corebank.PositionReported, corebank.ProfileChanged, desk.TaskClaimed}
)
"""Idempotent by a version of their own, so not kept in the list of events seen."""

_REMEMBER: Final = 7 * DAY
_MOST_SEEN: Final = 64
_MOST_HOLES: Final = 64


class ClientFold:
    """The fold over one client's log."""

    name: str = "client"
    kinds: tuple[type[Envelope], ...] = codec.CLIENT_LOG

    def begin(self, key: str) -> ClientState:
        """A client of whom nothing is known."""
        return ClientState(client=key)

    def apply(
        self,
        state: ClientState,
        event: Envelope,
        reference: Reference,
        *,
        requeue_of: Place | None = None,
    ) -> Step[ClientState]:
        """One event, with everything due before it."""
        draft = Draft(state, reference)
        now = decision_time(state, event)
        _fire_due(draft, upto=now)
        draft.begin(_cause(event), now=now)
        if requeue_of is not None:
            _close_hole(draft, requeue_of)
        if isinstance(event, engine.HoleWaived):
            _close_hole(draft, Place(event.data.partition, event.data.offset))
            draft.decide_on("hole_closed")
        elif not isinstance(event, engine.Ticked) and not _is_repeated(draft, event):
            _apply(draft, event)
        _settle(draft)
        return draft.finish()

    def open_hole(
        self, state: ClientState, place: Place, *, family: str, at: Instant, reference: Reference
    ) -> Step[ClientState]:
        """Mark a gap; beyond the cap one nameless gap stands for the rest."""
        draft = Draft(state, reference)
        draft.begin(Cause(f"{place.partition}:{place.offset}", "/suishen/hole", at, "hole"), now=at)
        hole = Hole(*place, family)
        full = len(draft.holes) >= _MOST_HOLES - 1
        kept = Hole(-1, -1, "unreadable") if full else hole
        draft.holes = (*draft.holes[: _MOST_HOLES - 1], kept)
        _tell_hole(draft, hole, is_open=True)
        return draft.finish()

    def encode(self, state: ClientState) -> bytes:
        """The state as bytes."""
        return encode(state)

    def decode(self, blob: bytes) -> ClientState:
        """The state from its bytes."""
        return decode(blob)

    def next_due(self, state: ClientState) -> Instant | None:
        """When this client's earliest timer is due."""
        timer = timers.next_due(state)
        return None if timer is None else timer.due


def decision_time(state: ClientState, event: Envelope) -> Instant:
    """The later of the contact clock and the time the event was received.

    An interactive event advances the contact clock to its own time first.
    """
    received = event.time if event.receivedat is None else event.receivedat
    acted = event.time if type(event) in _INTERACTIVE else Instant(0)
    return max(state.contact_clock, received, acted)


def _fire_due(draft: Draft, *, upto: Instant) -> None:
    """Everything due by then, in due order, each at its own time."""
    while (timer := timers.next_due(draft)) is not None and timer.due <= upto:
        draft.begin(timers.cause_of(timer), now=timer.due)
        timers.fire(draft, timer)
        _settle(draft)


def _settle(draft: Draft) -> None:
    """Goals and exits, then the decision that was asked for."""
    if draft.instances:
        journeys.review(draft)
    decisions.decide(draft)


def _apply(draft: Draft, event: Envelope) -> None:
    kind = type(event)
    if kind in _INTERACTIVE:
        draft.contact_clock = max(draft.contact_clock, event.time)
    allowed = draft.edition.lateness.allowed(draft.cause.kind)
    if draft.now - event.time > allowed:
        draft.is_late = True
        draft.set_aside(event, said.Effect.LATE_NO_CONTACT, "later_than_allowed")
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(draft, event)


def _is_repeated(draft: Draft, event: Envelope) -> bool:
    """Seen in the last seven days, or among the last 64? If not, it is now."""
    if type(event) in _VERSIONED:
        return False
    mark = draft.cause.mark
    if any(seen.event == mark for seen in draft.seen):
        draft.set_aside(event, said.Effect.DUPLICATE, "seen_before")
        return True
    oldest = draft.now - _REMEMBER
    kept = [seen for seen in draft.seen if seen.at >= oldest][-(_MOST_SEEN - 1) :]
    draft.seen = (*kept, Seen(draft.now, mark))
    return False


def _cause(event: Envelope) -> Cause:
    kind = event.type.removeprefix(TYPE_PREFIX).rsplit(".v", 1)[0]
    return Cause(id=event.id, source=event.source, at=event.time, kind=kind)


def _close_hole(draft: Draft, place: Place) -> None:
    hole = next((h for h in draft.holes if (h.partition, h.offset) == place), None)
    if hole is not None:
        draft.holes = tuple(h for h in draft.holes if h is not hole)
        _tell_hole(draft, hole, is_open=False)


def _tell_hole(draft: Draft, hole: Hole, *, is_open: bool) -> None:
    gap = said.Hole(partition=hole.partition, offset=hole.offset, family=hole.family, open=is_open)
    draft.conclude(said.HoleChanged, gap)
