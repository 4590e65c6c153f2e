"""A decision, recorded: what triggered it, every candidate with its reason, what was used."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.time import WireInstant
from schemas.wire import Channel, Name, Wire, WireDecisionId, WireEnum, WireTaskId


class Stage(WireEnum):
    """The steps of the funnel, in order."""

    ELIGIBILITY = "eligibility"
    APPLICABILITY = "applicability"
    SUITABILITY = "suitability"
    CONTACT_POLICY = "contact_policy"
    ARBITRATION = "arbitration"


class WithheldReason(WireEnum):
    """Why a candidate was not chosen: the first row it failed."""

    NOT_IN_SEGMENT = "not_in_segment"
    NOT_ON_SHELF = "not_on_shelf"
    QUOTA_SPENT = "quota_spent"
    NO_CHANNEL = "no_channel"
    CONSENT_MISSING = "consent_missing"
    PROFILING_REFUSED = "profiling_refused"
    CONTROL_GROUP = "control_group"
    INTENT_OFF = "intent_off"
    GOAL_ALREADY_MET = "goal_already_met"
    ALREADY_HOLDS = "already_holds"
    INSTANCE_OPEN = "instance_open"
    TASK_OPEN = "task_open"
    CASE_OWNS_TOPIC = "case_owns_topic"
    DATA_MISSING = "data_missing"
    RISK_ABOVE_CLASS = "risk_above_class"
    TEST_EXPIRED = "test_expired"
    NOT_QUALIFIED = "not_qualified"
    BEYOND_MEANS = "beyond_means"
    CAPACITY_LIMITED = "capacity_limited"
    TENOR_TOO_LONG = "tenor_too_long"
    LIQUIDITY_AFTER = "liquidity_after"
    CONCENTRATION = "concentration"
    SCORE_WORSE = "score_worse"
    TEXT_BANNED = "text_banned"
    NO_LICENCE = "no_licence"
    CAP_DAY = "cap_day"
    CAP_WEEK = "cap_week"
    CAP_CHANNEL = "cap_channel"
    COOL_DOWN = "cool_down"
    QUIET_HOURS = "quiet_hours"
    COMPLAINT_OPEN = "complaint_open"
    OPTED_OUT = "opted_out"
    DO_NOT_CALL = "do_not_call"
    ATTEMPTS_SPENT = "attempts_spent"
    EVENT_TOO_LATE = "event_too_late"
    LOWER_PRIORITY = "lower_priority"
    HELD_FOR_BETTER = "held_for_better"
    BELOW_COST = "below_cost"
    EXPLORED_AWAY = "explored_away"
    NO_DESK_HOURS = "no_desk_hours"
    NO_ACTION_BETTER = "no_action_better"
    STOPPED = "stopped"
    """An operator has stopped such contacts for now."""
    HOLE_IN_RECORD = "hole_in_record"
    """A dead letter left a gap where consent, complaint or suitability may be missing."""


class RuleVerdict(Wire):
    """One policy row, run: its id, its answer, what it read."""

    rule: Name
    version: Annotated[str, Field(max_length=32)]
    verdict: Literal["allow", "steps", "defer", "suppress", "block"]
    value: str | int | float | None = None
    limit: str | int | float | None = None
    until: WireInstant | None = None


class ScoreParts(Wire):
    """The parts of a priority: `priority = p * value * context * levers`."""

    p: float
    prior: float
    """The dated base rate that `p` rests on."""
    value_points: float
    context: float
    levers: float
    priority: float


class Candidate(Wire):
    """An action considered: chosen, or withheld for one reason."""

    action: Name
    treatment: Name | None = None
    channel: Channel | None = None
    chosen: bool = False
    stage: Stage | None = None
    reason: WithheldReason | None = None
    rule: Name | None = None
    value: str | int | float | None = None
    limit: str | int | float | None = None
    until: WireInstant | None = None
    parts: ScoreParts | None = None


class Versions(Wire):
    """What a decision used."""

    engine: str
    catalogue: str
    parameters: str
    reference_offset: int
    models: dict[str, str] = Field(default_factory=dict)


class Decision(Wire):
    """One decision. `state` and `verdicts` are kept when a task was issued."""

    decision_id: WireDecisionId
    trigger: Name
    subject: Annotated[str, Field(max_length=96)] | None = None
    """Journey instance or other thing that the decision was about."""
    decided_at: WireInstant
    candidates: tuple[Candidate, ...]
    versions: Versions
    task_ids: tuple[WireTaskId, ...] = ()
    verdicts: tuple[RuleVerdict, ...] = ()
    state: str | None = None
    """The encoded state before the decision, base64."""
