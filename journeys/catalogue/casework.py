"""Case types and operations as policy: what a client needs solved, how the bank solves it."""

from collections.abc import Mapping
from typing import Final

import msgspec

ROLES: Final = ("rm", "team", "remote")
"""Who may own a case; of those that serve no one, the next is asked, then the type's unit."""
HANDOVERS: Final = ("live", "call_back", "visit")
"""What a client may wait for when a case is handed over; each has a clock of its own."""
KNOWN_STEPS: Final = frozenset(
    {
        "reserve_funds",
        "release_funds",
        "correct_payment",
        "restore_payment",
        "send_payment",
        "hold_position",
        "free_position",
        "set_instruction",
        "restore_instruction",
        "finish_instruction",
    }
)
"""What a core bank can be asked to do; its port promises to know these words."""
KINDS: Final = ("text", "account", "product", "money", "choice")
"""What a parameter may be; money is whole fen."""


class Parameter(msgspec.Struct, frozen=True):
    """One parameter of an operation, with its bounds."""

    id: str
    kind: str
    least: int = 0
    """Of money, in fen."""
    most: int = 0
    choices_zh: Mapping[str, str] = {}
    """Of a choice: each word with its name."""
    choices_en: Mapping[str, str] = {}


class Authority(msgspec.Struct, frozen=True):
    """What may be wanted and confirmed in one channel."""

    channel: str
    by: tuple[str, ...]
    """Whose yes counts here: `client`, `desk`."""
    most: int | None
    """The largest amount in fen; `None` for an operation that moves no money."""


class OperationStep(msgspec.Struct, frozen=True):
    """One step, and what takes it back. Spans in microseconds."""

    id: str
    undo: str | None
    timeout: int
    retries: int
    """How often it is asked for again before a person is."""


class OperationType(msgspec.Struct, frozen=True, kw_only=True):
    """An executable service of the bank."""

    id: str
    version: int
    name_zh: str
    name_en: str
    unit: str
    """Who answers for it where no desk serves the client."""
    parameters: Mapping[str, Parameter]
    amount: str | None
    """The parameter that authority is measured by."""
    authority: Mapping[str, Authority]
    confirm_zh: str
    """What the client is shown, with parameters in braces."""
    confirm_en: str
    confirm_within: int
    steps: tuple[OperationStep, ...]


class CaseType(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of thing that a client needs solved. Spans in microseconds."""

    id: str
    version: int
    name_zh: str
    name_en: str
    goal: str
    topic: str
    """The tag whose other actions rest while the case is open."""
    requests: tuple[str, ...]
    intents: tuple[str, ...]
    """Intents that open it when an utterance is read with confidence."""
    record: tuple[str, ...]
    """What may be known of it; anything else is refused."""
    needed: tuple[str, ...]
    """What has to be known before the bank can act."""
    subject: str
    """The field that tells two cases of this type apart."""
    operations: tuple[str, ...]
    proof: str
    """What confirms it at the core bank: the `operation` itself, or the `position` it moved."""
    owners: Mapping[str, str]
    """A role by channel."""
    unit: str
    help: str
    """The action that brings a case to a person when it is stuck or late."""
    licence: str | None
    """What a desk must be licensed for to have it handed over; `None`: any desk may."""
    solve_within: int
    patience: int
    """How long a client is waited for."""
    first_contact: int
    """Without another contact for so long, and confirmed, it was solved at the first one."""
    reopen: int


class HandoverRule(msgspec.Struct, frozen=True, kw_only=True):
    """The clock of one kind of hand-over, whom it asks, and what the client is told."""

    id: str
    version: int
    channel: str
    """Where the client will be met."""
    roles: tuple[str, ...]
    """Who is asked, in turn."""
    within: int
    """Microseconds until it must be taken; 0 where working days count."""
    working_days: int
    say_zh: str
    """To the client, while somebody is asked."""
    say_en: str
    late_zh: str
    """To the client, when nobody took it in time."""
    late_en: str


class CaseLimits(msgspec.Struct, frozen=True):
    """How much of casework one client's state holds."""

    cases_at_once: int
    sessions_kept: int


class Casework(msgspec.Struct, frozen=True):
    """Everything about cases and operations in force at one moment."""

    limits: CaseLimits
    types: Mapping[str, CaseType]
    operations: Mapping[str, OperationType]
    by_request: Mapping[str, CaseType]
    by_intent: Mapping[str, CaseType]
    handovers: Mapping[str, HandoverRule]
