"""What the folds conclude. Written by one fold only; read by projections, desks and channels."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.books import BookLine, BookRefusal
from schemas.cases import (
    CaseAdvance,
    CaseNote,
    FirstContact,
    OperationAdvance,
    StepRequest,
    WireCase,
)
from schemas.decisions import Decision
from schemas.diagnosis import Diagnosed
from schemas.envelope import Envelope, Source
from schemas.handovers import HandoverAdvance, HandoverRefusal
from schemas.tasks import Claim, DeskActionKind, Reason, Task
from schemas.time import WireInstant
from schemas.wire import (
    Name,
    Wire,
    WireDecisionId,
    WireDesk,
    WireEnum,
    WireEventId,
    WireTaskId,
)

CLIENT_FOLD = "/suishen/client-fold"
DESK_FOLD = "/suishen/desk-fold"


class Fact(Envelope):
    """A conclusion. `causeid` and `causesource` name the event it follows from.

    For a timer the cause is `timer` and the id is the timer's name.
    """

    causeid: Annotated[str, Field(max_length=160)]
    causesource: Source | Literal["timer"]
    family: ClassVar[str] = "fact"


class IntentChange(Wire):
    """An intent came on or went off, with its three strongest reasons."""

    intent: Name
    on: bool
    p: float
    reasons: Annotated[tuple[Reason, ...], Field(max_length=3)]


class IntentChanged(Fact):
    """A client's intent changed."""

    type: Literal["org.suishen.fact.intent_changed.v1"]
    data: IntentChange


class ScoreUnder(Wire):
    """The same client at the same moment under the parameter set before."""

    parameters: str
    total: float | None = None


class ProfileParts(Wire):
    """Of `by_cause.profile`, in points: what an adviser's book may count, and what not."""

    confirmed: float
    """By changes that the client confirmed or core data proves, and by the client's own tests."""
    first_told: float
    """Of the confirmed part: fields told for the first time, which move the baseline."""


class WealthScore(Wire):
    """A wealth-health score with its change by cause since the last one published.

    Of one client, `by_cause` of every fact after the first adds up to the change of the score. Of
    the first, and of one that starts over, it belongs to what came before.
    """

    total: float | None = None
    """0..100; `None` while coverage is too low to show one."""
    label: Name | None = None
    coverage: float
    points: tuple[float | None, ...]
    """Points of D1..D9; `None` where an input is missing."""
    by_cause: dict[Name, float]
    profile: ProfileParts | None = None
    """Left out where nothing was confirmed."""
    parameters: str
    starts_over: bool = False
    """A baseline was loaded: the total is a new beginning, not a movement."""
    under_previous: ScoreUnder | None = None
    """For a while after a change of set both series are told; the difference is the set's alone."""


class WealthScored(Fact):
    """A client's wealth health moved by a point or changed its label."""

    type: Literal["org.suishen.fact.wealth_scored.v1"]
    data: WealthScore


class JourneyMove(WireEnum):
    """What happened to a journey instance."""

    ENTERED = "entered"
    STEPPED = "stepped"
    ENDED = "ended"


class JourneyEnd(WireEnum):
    """How a journey instance ended."""

    GOAL = "goal"
    TIMEOUT = "timeout"
    EXIT = "exit"
    RECALL = "recall"


class JourneyAdvance(Wire):
    """One move of one journey instance."""

    journey: Name
    version: int
    instance: Annotated[str, Field(max_length=96)]
    move: JourneyMove
    step: Name | None = None
    end: JourneyEnd | None = None
    reason: Name | None = None


class JourneyAdvanced(Fact):
    """A journey instance was entered, moved or ended."""

    type: Literal["org.suishen.fact.journey_advanced.v1"]
    data: JourneyAdvance


class DecisionMade(Fact):
    """A decision and every candidate's fate."""

    type: Literal["org.suishen.fact.decision_made.v1"]
    data: Decision


class ShadowDecision(Decision):
    """A decision that came to nothing, or why it could not be made."""

    fault: Annotated[str, Field(max_length=64)] | None = None
    """The kind of error that the catalogue led to, such as `KeyError`; life went on."""


class DecisionShadowed(Fact):
    """What a catalogue in its shadow stage would have decided; nothing was issued.

    Told where the catalogue in force decided too, or this one would have chosen something, or
    could not decide. It repeats as long as that is so: nothing of it is in the client's state.
    """

    type: Literal["org.suishen.fact.decision_shadowed.v1"]
    data: ShadowDecision
    status: ClassVar[Literal["released", "draft"]] = "draft"


class ContactUse(Wire):
    """A contact slot: held, spent or given back, with what the caps hold now."""

    task_id: WireTaskId | None = None
    change: Literal["held", "spent", "returned", "outside"]
    method: Name
    used_week: int
    held_week: int
    cap_week: int
    at: WireInstant | None = None
    """When the contact was; of one that is told late, before the fact's own time."""


class ContactCounted(Fact):
    """The contact ledger moved."""

    type: Literal["org.suishen.fact.contact_counted.v1"]
    data: ContactUse


class Service(Wire):
    """Who serves a client, as it stands from now on."""

    tier: Name
    segment: Name
    rm: WireDesk | None = None
    team: WireDesk | None = None
    remote: WireDesk | None = None
    outlet: Name | None = None


class ClientServed(Fact):
    """A client's tier or the desks that serve them became known, or changed."""

    type: Literal["org.suishen.fact.client_served.v1"]
    data: Service
    status: ClassVar[Literal["released", "draft"]] = "draft"


class Buyer(Wire):
    """What an order of this client is judged on, as of a moment."""

    as_of: WireInstant
    state: str
    """Household, holdings and gaps, encoded as the engine keeps them, base64."""


class BuyerStated(Fact):
    """What an order is judged on has changed; doors judge orders by the newest."""

    type: Literal["org.suishen.fact.buyer_stated.v1"]
    data: Buyer
    status: ClassVar[Literal["released", "draft"]] = "draft"


class DiagnosisMade(Fact):
    """A diagnosis was held; the document with its figures."""

    type: Literal["org.suishen.fact.diagnosis_made.v1"]
    data: Diagnosed
    status: ClassVar[Literal["released", "draft"]] = "draft"


class CaseAdvanced(Fact):
    """A case was opened, moved on, resolved, opened again or closed."""

    type: Literal["org.suishen.fact.case_advanced.v1"]
    data: CaseAdvance
    status: ClassVar[Literal["released", "draft"]] = "draft"


class CaseNoted(Fact):
    """A line was added to a case's record."""

    type: Literal["org.suishen.fact.case_noted.v1"]
    data: CaseNote
    status: ClassVar[Literal["released", "draft"]] = "draft"


class FirstContactJudged(Fact):
    """It is known whether a case was solved at the first contact."""

    type: Literal["org.suishen.fact.first_contact_judged.v1"]
    data: FirstContact
    status: ClassVar[Literal["released", "draft"]] = "draft"


class OperationAdvanced(Fact):
    """An operation was offered, confirmed, carried out, taken back or is stuck."""

    type: Literal["org.suishen.fact.operation_advanced.v1"]
    data: OperationAdvance
    status: ClassVar[Literal["released", "draft"]] = "draft"


class StepAsked(Fact):
    """The core bank is asked for a step. Whoever carries it out answers on the client's log."""

    type: Literal["org.suishen.fact.step_asked.v1"]
    data: StepRequest
    status: ClassVar[Literal["released", "draft"]] = "draft"


class HandoverAdvanced(Fact):
    """A case was offered to another desk, passed on, taken, or kept where it was."""

    type: Literal["org.suishen.fact.handover_advanced.v1"]
    data: HandoverAdvance
    status: ClassVar[Literal["released", "draft"]] = "draft"


class PromoterAsk(Wire):
    """What a client may be asked about. The answer repeats `decision_id` and `desk`."""

    task_id: WireTaskId | None = None
    """A talk that was held."""
    decision_id: WireDecisionId | None = None
    """The decision that led to it."""
    desk: WireDesk | None = None
    """Who held it."""
    case_id: WireCase | None = None
    """A case that was solved."""
    until: WireInstant
    """Not to be asked after that."""


class PromoterAsked(Fact):
    """The rule asks a client how likely they are to recommend the bank; the app puts the question.

    Answered by `conversation.promoter_answered` with `asked_by` = `rule`, once and until its time;
    whatever else says so counts as off rule.
    """

    type: Literal["org.suishen.fact.promoter_asked.v1"]
    data: PromoterAsk
    status: ClassVar[Literal["released", "draft"]] = "draft"


class Effect(WireEnum):
    """What an event did, where it was not simply applied."""

    DUPLICATE = "duplicate"
    STALE = "stale"
    LATE_NO_CONTACT = "late_no_contact"
    NOT_BOOKED = "not_booked"
    """A position that the book cannot hold: unknown product or another currency."""
    VERSION_GAP = "version_gap"
    """Applied, but versions before it were never seen: a resync is wanted."""
    UNKNOWN_TASK = "unknown_task"
    REFUSED = "refused"


class SetAside(Wire):
    """An event that changed nothing, or less than its like."""

    event_id: WireEventId
    event_source: Source
    event_type: str
    effect: Effect
    reason: Name | None = None
    task_id: WireTaskId | None = None
    """Of an adviser's act that the client fold refused: the task, so that its page says so."""
    desk: WireDesk | None = None


class SignalSetAside(Fact):
    """An event had no effect, or no contact followed from it."""

    type: Literal["org.suishen.fact.signal_set_aside.v1"]
    data: SetAside


class Hole(Wire):
    """A gap that a dead letter left in a client's record."""

    partition: int
    offset: int
    family: Name
    open: bool


class HoleChanged(Fact):
    """A hole opened, or was closed by requeue or waiver."""

    type: Literal["org.suishen.fact.hole_changed.v1"]
    data: Hole


class TaskChanged(Fact):
    """A task at a new version. On `tasks`, and to the desks it concerns."""

    type: Literal["org.suishen.fact.task_changed.v1"]
    data: Task


class QueueItem(Wire):
    """A task in a desk's queue with its rank and what it is worth per minute."""

    task_id: WireTaskId
    task_version: int
    state: Name
    rank: int
    worth_per_minute: float
    fits_hours: bool


class Queue(Wire):
    """A desk's ranking as it stands."""

    desk: WireDesk
    items: tuple[QueueItem, ...]
    minutes_left: int


class QueueRanked(Fact):
    """A desk's ranking changed."""

    type: Literal["org.suishen.fact.queue_ranked.v1"]
    data: Queue


class ClaimMade(Fact):
    """A desk made a claim; the same claim goes to the client's log."""

    type: Literal["org.suishen.fact.claim_made.v1"]
    data: Claim


class Refusal(Wire):
    """An adviser's action that the desk fold did not take, and why."""

    task_id: WireTaskId
    action: DeskActionKind
    actor: str
    reason: Literal[
        "unknown_task",
        "stale_version",
        "already_taken",
        "not_accepted",
        "not_started",
        "not_a_backup",
    ]
    at: WireInstant


class ActionRefused(Fact):
    """A desk action was refused."""

    type: Literal["org.suishen.fact.action_refused.v1"]
    data: Refusal


class HandoverRefused(Fact):
    """An adviser's action on a hand-over was refused."""

    type: Literal["org.suishen.fact.handover_refused.v1"]
    data: HandoverRefusal
    status: ClassVar[Literal["released", "draft"]] = "draft"


class BookEntryAdded(Fact):
    """A line was added to the ledger of a desk's book."""

    type: Literal["org.suishen.fact.book_entry_added.v1"]
    data: BookLine
    status: ClassVar[Literal["released", "draft"]] = "draft"


class BookEntryRefused(Fact):
    """A line was not taken into the ledger of a desk's book."""

    type: Literal["org.suishen.fact.book_entry_refused.v1"]
    data: BookRefusal
    status: ClassVar[Literal["released", "draft"]] = "draft"
