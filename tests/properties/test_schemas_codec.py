"""Whatever the published schema allows, the codec reads, writes, and reads again the same."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas import codec
from schemas.errors import ContractError
from schemas.logs import ALL_KINDS, short_name
from schemas.publish import schema_of
from schemas.signals.app import PageViewed
from schemas.surprises import surprises
from tests.schemas.drawn import documents


@pytest.mark.parametrize("kind", ALL_KINDS, ids=short_name)
def test_an_event_survives_reading_and_writing(kind):
    validator = Draft202012Validator(schema_of(kind))

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(documents(kind))
    def survives(document):
        raw = json.dumps(document).encode()
        event = codec.decode(raw, (kind,))
        written = codec.encode(event)
        again = codec.decode(written, (kind,), key=document["partitionkey"])
        assert codec.encode(again) == written
        assert type(again) is kind
        if surprises(event)[1] == 0:
            assert again == event
        validator.validate(json.loads(written))

    survives()


@given(st.binary(max_size=200))
def test_no_bytes_get_past_the_codec_other_than_as_a_contract_error(raw):
    with pytest.raises(ContractError):
        codec.decode(raw, codec.CLIENT_LOG)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=20,
)
PAGE = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/app/ios",
    "type": "org.suishen.app.page_viewed.v1",
    "subject": "ct_" + "0" * 32,
    "time": "2026-11-24T08:30:00+08:00",
    "dataschema": "urn:suishen:schema:app.page_viewed.v1",
    "partitionkey": "ct_" + "0" * 32,
    "data": {"page": "maturity"},
}


REFUSED = "refused"
KNOWN = set(PageViewed.model_fields)


def read(document):
    """The event, or `REFUSED`; anything but a `ContractError` with a place escapes."""
    try:
        return codec.decode(json.dumps(document).encode(), codec.CLIENT_LOG)
    except ContractError as error:
        return REFUSED if error.faults else error


@given(st.sampled_from(sorted(PAGE)), JSON)
def test_any_value_in_any_field_is_read_or_refused_with_a_place(field, value):
    event = read(PAGE | {field: value})
    if event != REFUSED:
        json.loads(codec.encode(event), parse_constant=pytest.fail)


@given(
    st.dictionaries(st.text(min_size=1, max_size=9).filter(lambda name: name not in KNOWN), JSON)
)
def test_unknown_fields_change_nothing_that_is_known(unknown):
    event = read(PAGE | unknown)
    if event != REFUSED:
        known = {name: getattr(event, name) for name in type(event).model_fields}
        assert known == dict(read(PAGE))
