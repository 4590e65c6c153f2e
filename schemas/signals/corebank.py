"""What core systems say: absolute positions with versions, flows, profile, risk test, baseline.

A position is the state *after*, never a difference: reading it twice changes nothing, and a gap
in its versions can be seen.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.cases import StepAnswer
from schemas.envelope import ClientEvent, Source
from schemas.money import Money
from schemas.time import WireDate, WireInstant
from schemas.wire import (
    AccountRef,
    Method,
    Name,
    OpenEnum,
    ProductId,
    Wire,
    WireDesk,
    WireEventId,
)

Version = Annotated[int, Field(ge=1, le=2**62)]
RiskLevel = Annotated[int, Field(ge=1, le=5)]
Fen = Annotated[int, Field(ge=0, le=2**62)]


class PositionCause(OpenEnum):
    """Why a position changed, as the core system knows it."""

    TRADE = "trade"
    PRICE = "price"
    FLOW = "flow"
    MATURITY = "maturity"
    CORRECTION = "correction"
    RESYNC = "resync"
    UNKNOWN = "unknown"


class Position(Wire):
    """The whole position of one product in one account, after the change."""

    account: AccountRef
    product: ProductId
    version: Version
    value: Money
    as_of: WireInstant
    cause: PositionCause
    units: Annotated[str, Field(pattern=r"^[0-9]{1,18}(\.[0-9]{1,8})?$")] | None = None
    fee_class: Name | None = None
    """One of the product's share classes; the usual fee if left out."""
    maturity: WireDate | None = None
    days_to_cash: Annotated[int, Field(ge=0, le=36_500)] | None = None
    rolls_over: bool = False


class PositionReported(ClientEvent):
    """A position as it stands now; value 0 means closed."""

    type: Literal["org.suishen.corebank.position_reported.v1"]
    data: Position
    family: ClassVar[str] = "book"


class FlowKind(OpenEnum):
    """What a movement of money was."""

    SALARY = "salary"
    TRANSFER = "transfer"
    SPENDING = "spending"
    INTEREST = "interest"
    PROCEEDS = "proceeds"
    PURCHASE = "purchase"
    OTHER = "other"
    UNKNOWN = "unknown"


class Flow(Wire):
    """Money in or out of an account. The book follows positions; a flow is evidence."""

    account: AccountRef
    flow: Annotated[str, Field(min_length=1, max_length=64)]
    direction: Literal["in", "out"]
    amount: Money
    kind: FlowKind
    own_account: bool = False


class FlowPosted(ClientEvent):
    """Money came or went; `own_account` says that both ends are the client's."""

    type: Literal["org.suishen.corebank.flow_posted.v1"]
    data: Flow
    family: ClassVar[str] = "book"


class Goal(Wire):
    """A sum wanted in whole years from now; 0 or less lies in the past, and is told as such."""

    amount_fen: Fen
    years: Annotated[int, Field(ge=-80, le=80)]


class ProfileFields(Wire):
    """What is known of a household; a field left out is not changed, and never read as 0.

    Money in fen; shares 0 to 1; years and months whole. Meaning: `journeys/client/wealth`.
    """

    birth: WireDate | None = None
    annual_income_fen: Fen | None = None
    essential_spending_fen: Fen | None = None
    horizon_years: Annotated[int, Field(ge=0, le=80)] | None = None
    retirement_age: Annotated[int, Field(ge=30, le=90)] | None = None
    is_retired: bool | None = None
    income_stability: Annotated[float, Field(ge=0, le=1)] | None = None
    dependants: Annotated[int, Field(ge=0, le=20)] | None = None
    debt_fen: Fen | None = None
    debt_service_fen: Fen | None = None
    high_cost_debt_share: Annotated[float, Field(ge=0, le=1)] | None = None
    education_fen: Fen | None = None
    life_cover_fen: Fen | None = None
    critical_illness_cover_fen: Fen | None = None
    has_medical_cover: bool | None = None
    premium_fen: Fen | None = None
    monthly_saving_fen: Fen | None = None
    goals: Annotated[tuple[Goal, ...], Field(max_length=8)] | None = None
    tolerable_loss: Annotated[float, Field(ge=0, le=1)] | None = None
    planned_outflow_fen: Fen | None = None


class ProfileChange(Wire):
    """New profile fields and who confirmed them."""

    version: Version
    fields: ProfileFields
    confirmed_by: Literal["client", "core", "adviser"]
    resync: bool = False
    """The whole profile as it stands: a field left out is not known. Closes a gap in versions."""


class ProfileChanged(ClientEvent):
    """Facts about the household changed."""

    type: Literal["org.suishen.corebank.profile_changed.v1"]
    data: ProfileChange
    family: ClassVar[str] = "profile"


class RiskTest(Wire):
    """A completed risk test: who took it, on what, with which class."""

    risk_class: RiskLevel
    taken_at: WireInstant
    actor: Literal["client", "adviser"]
    device: Literal["client", "bank"]


class RiskTestTaken(ClientEvent):
    """A client completed the risk test."""

    type: Literal["org.suishen.corebank.risk_test_taken.v1"]
    data: RiskTest
    family: ClassVar[str] = "risk_test"


class Service(Wire):
    """Who serves a client: tier, own adviser, team, remote queue shard; where they live in time."""

    tier: Literal["mass", "wealth", "private"]
    segment: Name
    rm: WireDesk | None = None
    team: WireDesk | None = None
    remote: WireDesk | None = None
    outlet: Name | None = None
    locale: Literal["zh", "en"] = "zh"
    utc_offset_minutes: Annotated[int, Field(ge=-720, le=840)] = 480


class ServiceAssigned(ClientEvent):
    """A client's tier or the desks that serve them changed."""

    type: Literal["org.suishen.corebank.service_assigned.v1"]
    data: Service
    family: ClassVar[str] = "profile"


class PastContact(Wire):
    """A touch that happened before day 0; it counts against the caps."""

    at: WireInstant
    method: Method
    marketing: bool


class Consents(Wire):
    """What a client allows, as it stands."""

    marketing: bool = False
    profiling: bool = False
    methods: Annotated[tuple[Method, ...], Field(max_length=8)] = ()


class Baseline(Wire):
    """All that is known on day 0; loading it triggers no contact."""

    service: Service
    consents: Consents
    fields: ProfileFields = ProfileFields()
    risk_test: RiskTest | None = None
    positions: Annotated[tuple[Position, ...], Field(max_length=64)] = ()
    contacts: Annotated[tuple[PastContact, ...], Field(max_length=32)] = ()
    open_complaints: Annotated[tuple[str, ...], Field(max_length=8)] = ()


class BaselineLoaded(ClientEvent):
    """A client enters the engine with history."""

    type: Literal["org.suishen.corebank.baseline_loaded.v1"]
    data: Baseline
    family: ClassVar[str] = "consent"


class Reversal(Wire):
    """An earlier event never should have been: what it was, named in full."""

    id: WireEventId
    source: Source
    type: Annotated[str, Field(max_length=128)]
    time: WireInstant
    amount: Money | None = None
    reason: Name


class EventReversed(ClientEvent):
    """A correction: the named event is taken back with what it caused."""

    type: Literal["org.suishen.corebank.event_reversed.v1"]
    data: Reversal
    family: ClassVar[str] = "book"


class StepAnswered(ClientEvent):
    """The core bank's word on a step of an operation."""

    type: Literal["org.suishen.corebank.step_answered.v1"]
    data: StepAnswer
    family: ClassVar[str] = "case"
    status: ClassVar[Literal["released", "draft"]] = "draft"
