"""Instants: whole microseconds since 1970 inside the house, strict RFC 3339 on the wire."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final, NewType

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import PydanticCustomError, core_schema

Instant = NewType("Instant", int)
"""Microseconds since 1970-01-01T00:00:00Z, 0 or more."""

MICROSECOND: Final = 1
SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

PATTERN: Final = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
_SHAPE = re.compile(PATTERN)
_UNSHAPELY = "not RFC 3339 with a zone, such as 2026-11-24T08:30:00+08:00"
_LAST: Final = 253_402_300_800 * SECOND  # 10000-01-01: beyond what RFC 3339 can write
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = _EPOCH.replace(tzinfo=None)
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
_REPEATED: Final = 64
"""Instants kept at hand: one event, and each fact that it leads to, names the same few."""


def parse_instant(text: str) -> Instant:
    """Read RFC 3339 with a zone; digits beyond the microsecond are cut off.

    Raises:
        ValueError: the text is not RFC 3339, has no zone, is a leap second, is a day that the
            calendar lacks or lies outside 1970 to 9999 in UTC.

    Example:
        >>> parse_instant("2026-11-24T08:30:00.5+08:00")
        1795480200500000
    """
    if not _SHAPE.fullmatch(text):
        raise ValueError(_UNSHAPELY)
    return _read(text)


def _read(text: str) -> Instant:
    """Read a text of the right shape."""
    # What is in UTC is read without a zone, which is twice as fast.
    if text[-1] == "Z":
        since = datetime.fromisoformat(text[:-1]) - _NAIVE_EPOCH
    else:
        since = datetime.fromisoformat(text.upper()) - _EPOCH
    moment = (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    if not 0 <= moment < _LAST:
        raise ValueError("outside the years 1970 to 9999")
    return Instant(moment)


@lru_cache(maxsize=_REPEATED)
def format_instant(moment: Instant) -> str:
    """Write an instant in UTC; the fraction only where there is one.

    Raises:
        ValueError: below 0 or in the year 10000 or later.

    Example:
        >>> format_instant(Instant(1_795_480_200_500_000))
        '2026-11-24T00:30:00.500000Z'
    """
    if not 0 <= moment < _LAST:
        raise ValueError("instant outside 1970..9999")
    seconds, rest = divmod(moment, SECOND)
    return (_NAIVE_EPOCH + timedelta(0, seconds, rest)).isoformat() + "Z"


def start_of_day(day: date, *, utc_offset_minutes: int) -> Instant:
    """The first instant of a calendar day at a fixed offset from UTC.

    Example:
        >>> format_instant(start_of_day(date(2026, 11, 24), utc_offset_minutes=480))
        '2026-11-23T16:00:00Z'
    """
    return Instant((day - date(1970, 1, 1)).days * DAY - utc_offset_minutes * MINUTE)


def local_day(moment: Instant, *, utc_offset_minutes: int) -> date:
    """The calendar day of an instant at a fixed offset from UTC.

    Example:
        >>> local_day(Instant(1_795_480_200_000_000), utc_offset_minutes=480)
        datetime.date(2026, 11, 24)
    """
    return date.fromordinal(_FIRST_DAY + local_days(moment, utc_offset_minutes=utc_offset_minutes))


def local_days(moment: Instant, *, utc_offset_minutes: int) -> int:
    """Whole days since 1970-01-01 at a fixed offset from UTC.

    Example:
        >>> local_days(Instant(DAY - MINUTE), utc_offset_minutes=480)
        1
    """
    return (moment + utc_offset_minutes * MINUTE) // DAY


_TEXT = core_schema.chain_schema(
    [
        core_schema.str_schema(strict=True, max_length=40),
        # The same pattern again, where it costs a tenth.
        core_schema.custom_error_schema(
            core_schema.str_schema(pattern=PATTERN), "instant", custom_error_message=_UNSHAPELY
        ),
    ]
)


class _Rfc3339:
    """Tells pydantic: text in JSON, an integer in Python, text again when written."""

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.json_or_python_schema(
            json_schema=core_schema.no_info_after_validator_function(_from_json, _TEXT),
            python_schema=core_schema.int_schema(strict=True, ge=0, lt=_LAST),
            serialization=core_schema.plain_serializer_function_ser_schema(
                format_instant, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, object]:
        return {"type": "string", "format": "date-time", "pattern": PATTERN, "maxLength": 40}


@lru_cache(maxsize=_REPEATED)
def _from_json(text: str) -> int:
    """Read a text of the right shape; one that is at hand costs no Python at all."""
    try:
        return _read(text)
    except ValueError as error:
        raise PydanticCustomError("instant", "{why}", {"why": str(error)}) from error


WireInstant = Annotated[Instant, _Rfc3339()]
"""An `Instant` as a field of a contract."""

WireDate = Annotated[
    date,
    WithJsonSchema(
        {"type": "string", "format": "date", "pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]$"}
    ),
]
"""A calendar day, `2026-11-24`; the pattern is for readers whose validator leaves formats alone."""
