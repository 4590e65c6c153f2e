"""What every contract shares: frozen and strict models, open enumerations, pseudonymous names."""

from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Final, Literal, NewType, Self, cast

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic_core import core_schema
from typing_extensions import override


class Wire(BaseModel):
    """A frozen record. Unknown fields are kept, so that a door can count them, never refused."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="allow",
        allow_inf_nan=False,
        # An unknown field may hold 1e400: what we write stays JSON all the same.
        ser_json_inf_nan="null",
        # The published schemas carry the docstrings of fields.
        use_attribute_docstrings=True,
    )


MAX_WORD: Final = 64
"""Characters of an enumeration's value, also of one that does not exist yet."""


class WireEnum(StrEnum):
    """Words of a contract."""

    if not TYPE_CHECKING:
        # Every word that is written is asked for its value: this is the usual property, all in C.
        value = property(attrgetter("_value_"))


class OpenEnum(WireEnum):
    """An enumeration that the future may widen: a value it does not know becomes `UNKNOWN`.

    Each subclass declares `UNKNOWN = "unknown"`.
    """

    @override
    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str) and 0 < len(value) <= MAX_WORD:
            return cast("Self", cls._member_map_["UNKNOWN"])
        return None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        """Known values are examples: a closed `enum` would refuse tomorrow's."""
        known = [member.value for member in cls if member.name != "UNKNOWN"]
        return {
            "title": cls.__name__,
            "description": (cls.__doc__ or "").split("\n", 1)[0],
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_WORD,
            "x-known-values": known,
        }


ClientToken = NewType("ClientToken", str)
DeskId = NewType("DeskId", str)
EventId = NewType("EventId", str)
TaskId = NewType("TaskId", str)
DecisionId = NewType("DecisionId", str)

CLIENT_PATTERN = r"^ct_[0-9a-f]{32}$"
"""`ct_` and 32 hex digits: no name, phone, account or identity number has this shape."""
DESK_PATTERN = r"^(rm|team|remote)-[a-z0-9]+(-[a-z0-9]+)*$"

WireClient = Annotated[ClientToken, Field(pattern=CLIENT_PATTERN)]
WireDesk = Annotated[DeskId, Field(pattern=DESK_PATTERN, max_length=48)]
WireEventId = Annotated[EventId, Field(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
WireTaskId = Annotated[TaskId, Field(pattern=r"^t_[0-9a-f]{32}$")]
WireDecisionId = Annotated[DecisionId, Field(pattern=r"^d_[0-9a-f]{32}$")]
ProductId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,47}$")]
AccountRef = Annotated[str, Field(pattern=r"^ac_[0-9a-f]{16}$")]
"""A pseudonymous account: never an account number."""
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
"""A name from the catalogue: a journey, an action, a step, a reason in small letters."""
ShortText = Annotated[str, Field(max_length=500)]


class Channel(OpenEnum):
    """Where a client is met."""

    APP = "app"
    AI = "ai"
    REMOTE = "remote"
    BRANCH = "branch"
    PARTNER = "partner"
    UNKNOWN = "unknown"


class Method(OpenEnum):
    """By what means a client is reached; consent and opt-out speak of these."""

    APP_PUSH = "app_push"
    SMS = "sms"
    CALL = "call"
    EMAIL = "email"
    VISIT = "visit"
    UNKNOWN = "unknown"


Verdict = Literal["allow", "steps", "defer", "suppress", "block"]
