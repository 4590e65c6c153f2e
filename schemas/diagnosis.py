"""A diagnosis as a document: what was found on one day's data, and what keeps it from counting."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.time import WireDate, WireInstant
from schemas.wire import Name, Wire, WireDesk

Fen = Annotated[int, Field(ge=-(2**62), le=2**62)]
DiagnosisId = Annotated[str, Field(pattern=r"^g_[0-9a-f]{32}$")]
_Slices = Annotated[tuple["Slice", ...], Field(max_length=128)]


class DayAmount(Wire):
    """An amount on a day."""

    day: WireDate
    amount_fen: Fen


class Statement(Wire):
    """What a client's accounts were worth and what went in and out: what returns rest on.

    Starts before it ends; flows and values lie between. Else the diagnosis says that it lacks one.
    """

    starts: WireDate
    ends: WireDate
    opening_fen: Fen
    closing_fen: Fen
    flows: Annotated[tuple[DayAmount, ...], Field(max_length=366)] = ()
    """Positive into the account, at the end of its day."""
    values: Annotated[tuple[DayAmount, ...], Field(max_length=366)] = ()
    """Worth on a day before that day's flows; wanted at large flows."""


class RemedyStep(Wire):
    """One thing to do; what the amount counts follows from the kind, mostly fen."""

    do: Name
    amount: int
    about: Annotated[str, Field(max_length=64)] = ""
    """A product or a group of assets."""


class Finding(Wire):
    """One dimension: points earned and lost, and what would bring them back."""

    dimension: Annotated[int, Field(ge=1, le=9)]
    points: float
    lost: float
    is_missing: bool
    """An answer is missing: the points are imputed."""
    gain_points: float | None = None
    """What the steps would bring, done alone; `None` without a remedy."""
    is_full: bool = True
    """Do the steps reach the full mark?"""
    steps: Annotated[tuple[RemedyStep, ...], Field(max_length=64)] = ()


class Slice(Wire):
    """A part of the whole book."""

    name: Annotated[str, Field(min_length=1, max_length=64)]
    part_fen: Fen


class XRayed(Wire):
    """A portfolio looked through; each table adds up to the whole book, rounded to a fen."""

    value_fen: Fen
    by_group: _Slices
    by_level: _Slices
    by_issuer: _Slices
    by_product: _Slices
    ladder: _Slices
    """By days to maturity: `30` is up to 30 days, `later` beyond the last step, `open` never."""
    fee_fen: Fen
    """A year."""
    excess_fee_fen: Fen
    """Of it, above the benchmark."""


class Returned(Wire):
    """What the accounts of a statement earned; a rate that is not defined is absent."""

    starts: WireDate
    ends: WireDate
    profit_fen: Fen
    modified_dietz: float | None = None
    """Of the whole period, never annualised."""
    money_weighted: float | None = None
    """A year; only where it may be shown."""
    money_weighted_status: Name
    time_weighted: float | None = None
    time_weighted_yearly: float | None = None
    behaviour_gap: float | None = None


class Diagnosed(Wire):
    """A diagnosis held: who, when, what was found, and what is missing before it counts."""

    diagnosis_id: DiagnosisId
    mode: Literal["assisted", "self_service"]
    desk: WireDesk | None = None
    actor: Annotated[str, Field(max_length=64)] | None = None
    held_at: WireInstant
    data_day: WireDate
    """The client's day on whose data both halves rest."""
    tier: Name
    shown: bool
    step_agreed: bool
    record_closed: bool
    lacks: Annotated[tuple[Name, ...], Field(max_length=16)]
    """What could not be judged: answers, returns, positions in doubt, gaps in the record."""
    complete: bool
    """Everything judged, seen by the client, a step agreed, the record closed."""
    total: float | None = None
    """`None` while coverage is too low to show one."""
    label: Name | None = None
    coverage: float
    parameters: str
    portfolio: Annotated[tuple[Finding, ...], Field(max_length=9)]
    account: Annotated[tuple[Finding, ...], Field(max_length=9)]
    xray: XRayed
    returned: Returned | None = None
