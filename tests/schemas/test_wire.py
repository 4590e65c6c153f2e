import pytest
from pydantic import ValidationError

from schemas.signals.app import Page, PageView
from schemas.signals.consent import Consent
from schemas.wire import Channel, Method


def test_a_word_from_the_future_is_unknown():
    assert Channel("hologram") is Channel.UNKNOWN


def test_a_word_of_today_is_itself():
    assert Method("sms") is Method.SMS


@pytest.mark.parametrize("value", ["", "w" * 65, 7, None])
def test_what_cannot_be_a_word_is_refused(value):
    with pytest.raises(ValueError, match="is not a valid Page"):
        Page(value)


def test_a_record_is_frozen():
    view = PageView(page=Page.MATURITY)
    with pytest.raises(ValidationError):
        view.page = Page.PRODUCT


def test_text_is_not_taken_for_a_number():
    with pytest.raises(ValidationError):
        PageView.model_validate({"page": Page.MATURITY, "dwell_ms": "1"})


def test_an_unknown_field_is_kept_apart():
    view = PageView.model_validate({"page": Page.MATURITY, "mood": "calm"})
    assert view.model_extra == {"mood": "calm"}


def test_a_record_without_unknown_fields_writes_only_what_it_declares():
    consent = Consent.model_validate({"purpose": "marketing", "given": True}, strict=False)
    assert set(consent.model_dump()) == set(Consent.model_fields)


def test_the_schema_of_an_open_enumeration_names_words_without_closing_the_list():
    page = PageView.model_json_schema()["$defs"]["Page"]
    assert "enum" not in page
    assert "maturity" in page["x-known-values"]
    assert "unknown" not in page["x-known-values"]
