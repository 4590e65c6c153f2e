"""The one error of this floor: a message that breaks its contract."""

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Why a message was refused; fixed words, shown to channel teams (RFC 9457 `code`)."""

    MALFORMED_JSON = "malformed-json"
    TOO_LARGE = "too-large"
    TOO_DEEP = "too-deep"
    CONTRACT_VIOLATION = "contract-violation"
    UNKNOWN_TYPE = "unknown-type"
    TYPE_NOT_YOURS = "type-not-yours"
    SOURCE_NOT_YOURS = "source-not-yours"
    KEY_MISMATCH = "key-mismatch"
    TIME_IN_FUTURE = "time-in-future"


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: where (JSON pointer), what was expected, never the value found."""

    pointer: str
    expected: str
    hint: str = ""


class ContractError(Exception):
    """A message breaks its contract; its fate is a dead letter, or a 4xx at a door."""

    def __init__(self, code: Code, *faults: Fault) -> None:
        said = "; ".join(f"{f.pointer or '/'}: {f.expected}" for f in faults)
        super().__init__(f"{code}: {said}")
        self.code = code
        self.faults = faults
