import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.codec import wire_type
from schemas.envelope import ClientEvent, DeskEvent, Source, schema_name
from schemas.logs import ALL_KINDS, LOGS, short_name
from schemas.publish import DATA_CLASSES

SOURCE = TypeAdapter(Source)


@pytest.mark.parametrize("text", ["/app", "/app/ios", "/partner/travel-2", "/ai/v1.2_beta"])
def test_a_source_is_an_absolute_path(text):
    assert SOURCE.validate_python(text) == text


@pytest.mark.parametrize(
    "text", ["", "/", "app", "/App", "/app/", "//app", "/a b", "/app\n", "/" + "a" * 64]
)
def test_anything_else_is_no_source(text):
    with pytest.raises(ValidationError):
        SOURCE.validate_python(text)


@pytest.mark.parametrize("kind", ALL_KINDS, ids=short_name)
def test_a_type_says_what_a_reader_lacks_without_it(kind):
    assert kind.family in DATA_CLASSES
    assert schema_name(wire_type(kind)).endswith(short_name(kind))


def test_client_and_desk_events_keep_to_their_logs():
    by_name = {log.name: log.kinds for log in LOGS}
    assert not [kind for kind in by_name["client-events"] if issubclass(kind, DeskEvent)]
    assert not [kind for kind in by_name["desk-events"] if issubclass(kind, ClientEvent)]
