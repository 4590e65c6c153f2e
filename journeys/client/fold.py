"""The client fold: the table of contents of the product.

One event, straight down: decision time, what is due by then, the event itself, goals and exits,
and a decision if something could have changed the answer.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from journeys.client import diagnoses, seen
from journeys.client.state import ClientState, Hole
from journeys.client.steps import (
    applications,
    banking,
    behaviour,
    buyers,
    cases,
    claims,
    consents,
    decisions,
    handovers,
    household,
    journeys,
    migration,
    operations,
    owed,
    recheck,
    regrade,
    scenes,
    shadow,
    timers,
    watch,
    wealth,
)
from journeys.client.steps.draft import Cause, Draft, cause
from journeys.client.stored.codec import decode, encode
from journeys.reference import Reference
from journeys.step import Place, Step
from schemas import codec
from schemas import facts as said
from schemas.envelope import Envelope, kind_of
from schemas.signals import (
    app,
    casework,
    consent,
    conversation,
    corebank,
    desk,
    engine,
    handover,
    partner,
)
from schemas.time import Instant

_HANDLERS: Final[dict[type[Envelope], Callable[[Draft, Any], None]]] = {
    app.PageViewed: behaviour.on_page,
    app.FormSaved: applications.on_saved,
    app.FormSent: applications.on_sent,
    conversation.UtteranceUnderstood: cases.on_utterance,
    conversation.ContactStarted: behaviour.on_contact,
    corebank.PositionReported: banking.on_position,
    corebank.FlowPosted: banking.on_flow,
    corebank.ProfileChanged: household.on_profile,
    corebank.RiskTestTaken: household.on_risk_test,
    corebank.ServiceAssigned: consents.on_service,
    corebank.BaselineLoaded: banking.on_baseline,
    corebank.EventReversed: banking.on_reversal,
    consent.ConsentChanged: consents.on_consent,
    consent.OptedOut: consents.on_opt_out,
    consent.DoNotCallSet: consents.on_do_not_call,
    consent.ComplaintOpened: consents.on_complaint_opened,
    consent.ComplaintClosed: consents.on_complaint_closed,
    partner.SceneEntered: scenes.on_entered,
    partner.SceneEnded: scenes.on_ended,
    desk.TaskPresented: claims.on_presented,
    desk.TaskNotPresented: claims.on_not_presented,
    desk.TaskOutcomeReported: claims.on_reported,
    desk.TaskClaimed: claims.on_claim,
    desk.DiagnosisHeld: diagnoses.on_held,
    app.DiagnosisTaken: diagnoses.on_taken,
    engine.RecheckAsked: recheck.on_recheck,
    casework.NeedRaised: cases.on_need,
    casework.NoteTaken: cases.on_note,
    casework.CaseSettled: cases.on_settled,
    casework.OperationWanted: operations.on_wanted,
    casework.OperationReplied: operations.on_replied,
    corebank.StepAnswered: operations.on_answered,
    handover.HandoverAsked: handovers.on_asked,
    handover.HandoverAnswered: handovers.on_answered,
}
"""What each event does. Draft types stand here only once something is concluded from them."""

INTERACTIVE: Final = frozenset(
    {
        app.PageViewed,
        app.FormSaved,
        app.FormSent,
        app.DiagnosisTaken,
        conversation.UtteranceUnderstood,
        conversation.ContactStarted,
        conversation.SessionStepped,
        partner.SceneEntered,
        partner.SceneEnded,
        desk.TaskPresented,
        desk.TaskOutcomeReported,
        desk.TaskClaimed,
        desk.DiagnosisHeld,
        casework.NeedRaised,
        casework.NoteTaken,
        casework.OperationWanted,
        casework.OperationReplied,
        casework.CaseSettled,
        handover.HandoverAsked,
        handover.HandoverAnswered,
    }
)
"""The client or a desk acts now: only these advance the contact clock."""

_VERSIONED: Final = frozenset(
    {
        corebank.PositionReported,
        corebank.ProfileChanged,
        corebank.StepAnswered,
        desk.TaskClaimed,
        handover.HandoverAnswered,
        engine.RecheckAsked,
    }
)
"""Idempotent by a version or key of their own, so not kept in the list of events seen."""

_MOST_HOLES: Final = 64


class ClientFold:
    """The fold over one client's log."""

    name: str = "client"
    kinds: tuple[type[Envelope], ...] = codec.CLIENT_LOG
    max_state_bytes: int = 16 * 1024

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
        fire_due(draft, upto=now)
        due = draft.holdings
        _begin(draft, _cause(event), now=now)
        if requeue_of is not None:
            _close_hole(draft, requeue_of)
        if type(event) is engine.HoleWaived:
            _close_hole(draft, Place(event.data.partition, event.data.offset))
            draft.decide_on("hole_closed")
        elif type(event) is not engine.Ticked and not _is_repeated(draft, event):
            _apply(draft, event)
        _settle(draft)
        if draft.served != state.served:
            diagnoses.tell_served(draft)
            owed.follow_service(draft)
        buyers.tell(draft, state, event, due)
        return draft.finish()

    def open_hole(
        self, state: ClientState, place: Place, *, family: str, at: Instant, reference: Reference
    ) -> Step[ClientState]:
        """Mark a gap; beyond the cap one nameless gap stands for the rest."""
        draft = Draft(state, reference)
        name = f"{place.partition}:{place.offset}"
        draft.begin(cause(name, "/suishen/hole", at=at, kind="hole"), now=at)
        hole = Hole(*place, family)
        full = len(draft.holes) >= _MOST_HOLES - 1
        kept = Hole(-1, -1, "unreadable") if full else hole
        draft.holes = (*draft.holes[: _MOST_HOLES - 1], kept)
        _tell_hole(draft, hole, is_open=True)
        watch.review(draft)
        buyers.tell(draft, state, None, state.holdings)
        return draft.finish()

    def encode(self, state: ClientState) -> bytes:
        """The state as bytes."""
        return encode(state)

    def decode(self, blob: bytes) -> ClientState:
        """The state from its bytes."""
        return decode(blob)

    def next_due(self, state: ClientState) -> Instant | None:
        """When this client's earliest timer is due."""
        return timers.earliest(state)


def decision_time(state: ClientState, event: Envelope) -> Instant:
    """The later of the contact clock and the time the event was received.

    An interactive event advances the contact clock to its own time first.
    """
    received, clock = event.receivedat, state.contact_clock
    at = event.time if received is None else received
    at = max(at, clock)
    # Most are received no sooner than they happened: then nobody need ask who acted.
    return event.time if event.time > at and type(event) in INTERACTIVE else at


def fire_due(draft: Draft, *, upto: Instant) -> None:
    """Everything due by then, in due order, each at its own time."""
    while (due := timers.earliest(draft)) is not None and due <= upto:
        timer = timers.first_of(draft, due)
        _begin(draft, timers.cause_of(timer), now=timer.due)
        timers.fire(draft, timer)
        _settle(draft)


def _begin(draft: Draft, cause: Cause, *, now: Instant) -> None:
    """Start a cause under the policy in force; what another one left is brought under it first.

    Each under a cause of its own: an event heard again after a release gives no name twice.
    """
    draft.begin(cause, now=now)
    asked: list[str] = []
    if draft.instances and migration.follow(draft):
        asked.append("journey")
    if wealth.follow_parameters(draft):
        asked += draft.occasions
    if draft.cause is not cause:
        draft.begin(cause, now=now)
        draft.occasions += asked


def _settle(draft: Draft) -> None:
    """What a score means, open sales, goals and exits, then the decision that was asked for."""
    if "score" in draft.occasions:
        journeys.on_score(draft)
    if draft.tasks:
        watch.review(draft)
    if draft.instances:
        journeys.review(draft)
    if draft.regrades:
        regrade.tell_of_those_that_wait(draft)
    if draft.reference.staged is None:
        decisions.decide(draft)
    else:
        shadow.decide(draft)


def _apply(draft: Draft, event: Envelope) -> None:
    kind = type(event)
    if kind in INTERACTIVE:
        draft.contact_clock = max(draft.contact_clock, event.time)
    allowed = draft.edition.lateness.allowed(draft.cause.kind)
    if draft.now - event.time > allowed:
        draft.is_late = True
        draft.set_aside(event, said.Effect.LATE_NO_CONTACT, "later_than_allowed")
        if draft.occasions:
            draft.retry_at = draft.now  # what a migration asked for is no late event's matter
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(draft, event)


def _is_repeated(draft: Draft, event: Envelope) -> bool:
    """Is it among the events seen? If not, it is now."""
    if type(event) in _VERSIONED:
        return False
    mark = draft.cause.mark
    if seen.holds(draft.seen, mark):
        draft.set_aside(event, said.Effect.DUPLICATE, "seen_before")
        return True
    draft.seen = seen.remember(draft.seen, mark, draft.now)
    return False


def _cause(event: Envelope) -> Cause:
    return cause(event.id, event.source, at=event.time, kind=_kind(event.type))


_kind: Final = cache(kind_of)
"""There are as many as the log has kinds."""


def _close_hole(draft: Draft, place: Place) -> None:
    hole = next((h for h in draft.holes if (h.partition, h.offset) == place), None)
    if hole is not None:
        draft.holes = tuple(h for h in draft.holes if h is not hole)
        _tell_hole(draft, hole, is_open=False)


def _tell_hole(draft: Draft, hole: Hole, *, is_open: bool) -> None:
    gap = said.Hole(partition=hole.partition, offset=hole.offset, family=hole.family, open=is_open)
    draft.conclude(said.HoleChanged, gap)
