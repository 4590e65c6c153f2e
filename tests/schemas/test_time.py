from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.time import (
    DAY,
    HOUR,
    Instant,
    WireInstant,
    format_instant,
    local_day,
    parse_instant,
    start_of_day,
)

WIRE = TypeAdapter(WireInstant)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T08:00:00+08:00", 0),
        ("1970-01-01t00:00:00.000001z", 1),
        ("1970-01-01T00:00:01.1234569Z", 1_123_456),
        ("1970-01-01T00:00:00.123456789-00:01", 60_123_456),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ],
)
def test_rfc_3339_is_read_to_the_microsecond(text, moment):
    assert parse_instant(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "2026-11-24",
        "2026-11-24T08:30:00",
        "2026-11-24 08:30:00Z",
        "2026-11-24T08:30Z",
        "2026-11-24T08:30:00,5Z",
        "2026-11-24T24:00:00Z",
        "2026-06-30T23:59:60Z",
        "2026-11-24T08:30:00+24:00",
        "2026-11-24T08:30:00+0800",
        "2026-11-24T08:30:00.0000000001Z",
        "2026-11-24T08:30:00Z\n",
        "2026-11-2٤T08:30:00Z",
        "20261124T083000Z",
        "2026-W48-2T08:30:00Z",
    ],
)
def test_what_is_not_rfc_3339_is_refused(text):
    with pytest.raises(ValueError, match="not RFC 3339"):
        parse_instant(text)


@pytest.mark.parametrize(
    "text", ["2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "0000-01-01T00:00:00Z"]
)
def test_a_day_that_the_calendar_lacks_is_refused(text):
    with pytest.raises(ValueError, match="out of range"):
        parse_instant(text)


@pytest.mark.parametrize(
    "text", ["1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"]
)
def test_an_instant_that_cannot_be_written_again_is_refused(text):
    with pytest.raises(ValueError, match="1970 to 9999"):
        parse_instant(text)


def test_a_fraction_is_written_only_where_there_is_one():
    assert format_instant(Instant(1_000_000)) == "1970-01-01T00:00:01Z"
    assert format_instant(Instant(1)) == "1970-01-01T00:00:00.000001Z"


@pytest.mark.parametrize("moment", [-1, 253_402_300_800_000_000])
def test_an_instant_outside_the_calendar_is_not_written(moment):
    with pytest.raises(ValueError, match="outside"):
        format_instant(Instant(moment))


def test_a_day_begins_and_belongs_where_the_client_lives():
    begins = start_of_day(date(2026, 11, 24), utc_offset_minutes=480)
    assert format_instant(begins) == "2026-11-23T16:00:00Z"
    assert local_day(begins, utc_offset_minutes=480) == date(2026, 11, 24)
    assert local_day(Instant(begins - 1), utc_offset_minutes=480) == date(2026, 11, 23)
    assert local_day(Instant(begins + DAY - HOUR), utc_offset_minutes=480) == date(2026, 11, 24)


def test_on_the_wire_an_instant_is_text_and_in_the_house_a_number():
    assert WIRE.validate_json('"1970-01-01T00:00:01Z"') == 1_000_000
    assert WIRE.validate_python(1_000_000) == 1_000_000
    assert WIRE.dump_json(Instant(1_000_000)) == b'"1970-01-01T00:00:01Z"'
    assert WIRE.dump_python(Instant(1_000_000)) == 1_000_000


@pytest.mark.parametrize("raw", ["0", "1e9", "true", "null", '"1"', '"2026-02-30T00:00:00Z"'])
def test_other_json_is_no_instant(raw):
    with pytest.raises(ValidationError):
        WIRE.validate_json(raw)


@pytest.mark.parametrize("value", ["1970-01-01T00:00:01Z", -1, 1.0, 2**60])
def test_other_python_values_are_no_instant(value):
    with pytest.raises(ValidationError):
        WIRE.validate_python(value)
