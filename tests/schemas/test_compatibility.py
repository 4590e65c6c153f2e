import copy

import pytest

from schemas.compatibility import Break, breaks
from schemas.facts import DecisionMade, IntentChanged
from schemas.publish import dead_letter_schema, schema_of
from schemas.reference import CatalogueReleased, ProductReleased
from schemas.signals.app import DiagnosisTaken
from schemas.signals.corebank import PositionReported
from schemas.signals.desk import DeskActed

POSITION = schema_of(PositionReported)
NAME = POSITION["$id"]


def changed(schema, change):
    """The breaks, as (pointer, what), when `change` edits a copy of a schema in place."""
    after = copy.deepcopy(schema)
    change(after)
    return [found[1:] for found in breaks({schema["$id"]: schema}, {schema["$id"]: after})]


def position(change):
    return changed(POSITION, lambda whole: change(whole["$defs"]["Position"]))


@pytest.mark.parametrize(
    "kind",
    [PositionReported, DeskActed, DecisionMade, IntentChanged, ProductReleased, CatalogueReleased],
)
def test_a_schema_is_compatible_with_itself(kind):
    assert changed(schema_of(kind), lambda whole: None) == []


def test_a_dead_letter_is_compatible_with_itself():
    assert changed(dead_letter_schema(), lambda whole: None) == []


def test_a_new_type_breaks_nobody():
    assert breaks({}, {NAME: POSITION}) == []


def test_a_type_may_not_go():
    assert breaks({NAME: POSITION}, {}) == [Break(NAME, "", "type removed")]


def test_a_draft_promises_nothing():
    draft = schema_of(DiagnosisTaken)
    assert breaks({draft["$id"]: draft}, {}) == []


def test_a_released_type_may_not_become_a_draft():
    assert changed(POSITION, lambda it: it.update({"x-status": "draft"})) == [
        ("", "released became draft")
    ]


def test_a_new_optional_field_is_welcome():
    assert position(lambda it: it["properties"].update(colour={"type": "string"})) == []


def test_a_new_required_field_is_a_break():
    def demand(it):
        it["properties"]["colour"] = {"type": "string"}
        it["required"].append("colour")

    assert position(demand) == [("/data/colour", "made required")]


def test_an_optional_field_made_required_is_a_break():
    assert position(lambda it: it["required"].append("units")) == [("/data/units", "made required")]


def test_a_field_removed_or_renamed_is_a_break():
    def rename(it):
        it["properties"]["shares"] = it["properties"].pop("units")

    assert position(rename) == [("/data/units", "removed or renamed")]


def test_a_required_field_of_a_signal_may_become_optional():
    assert position(lambda it: it["required"].remove("cause")) == []


def test_a_field_that_facts_promise_stays_promised():
    fact = schema_of(IntentChanged)
    found = changed(fact, lambda it: it["$defs"]["IntentChange"]["required"].remove("p"))
    assert found == [("/data/p", "no longer promised")]


def test_a_field_of_another_type_is_a_break():
    assert position(lambda it: it["properties"].update(version={"type": "string"})) == [
        ("/data/version", "type changed")
    ]


@pytest.mark.parametrize(
    ("limit", "value"),
    [("minimum", 2), ("maximum", 10), ("exclusiveMinimum", 0), ("exclusiveMaximum", 9)],
)
def test_a_narrower_range_is_a_break(limit, value):
    assert position(lambda it: it["properties"]["version"].update({limit: value})) == [
        ("/data/version", f"{limit} narrowed")
    ]


def test_a_wider_range_is_welcome():
    assert position(lambda it: it["properties"]["version"].update(minimum=0, maximum=2**63)) == []


def test_an_alternative_that_goes_is_a_break():
    def demand(it):
        it["properties"]["days_to_cash"] = it["properties"]["days_to_cash"]["anyOf"][0] | {
            "default": None,
            "x-unit": "day",
        }

    assert position(demand) == [("/data/days_to_cash", "no longer takes null")]


def test_a_change_inside_an_alternative_is_seen():
    found = position(lambda it: it["properties"]["days_to_cash"]["anyOf"][0].update(maximum=9))
    assert found == [("/data/days_to_cash", "maximum narrowed")]


def test_an_alternative_more_is_welcome():
    assert position(lambda it: it["properties"]["units"]["anyOf"].append({"type": "integer"})) == []


@pytest.mark.parametrize(
    ("field", "mark", "what"),
    [
        ("account", {"pattern": "^x$"}, "pattern changed"),
        ("as_of", {"format": "date"}, "format changed"),
        ("rolls_over", {"default": True}, "default changed"),
        ("days_to_cash", {"x-unit": "month"}, "unit changed"),
        ("version", {"allOf": [{"not": {"const": 7}}]}, "rule changed"),
    ],
)
def test_another_meaning_is_a_break(field, mark, what):
    assert position(lambda it: it["properties"][field].update(mark)) == [(f"/data/{field}", what)]


def test_a_unit_may_be_told_where_none_was():
    assert position(lambda it: it["properties"]["version"].update({"x-unit": "count"})) == []


def test_a_known_word_may_not_go_and_a_new_one_may_come():
    cause = POSITION["$defs"]["PositionCause"]
    fewer = changed(
        POSITION, lambda it: it["$defs"]["PositionCause"]["x-known-values"].remove("trade")
    )
    assert fewer == [("/data/cause", "known values removed")]
    assert cause["x-known-values"]
    more = changed(
        POSITION, lambda it: it["$defs"]["PositionCause"]["x-known-values"].append("split")
    )
    assert more == []


def test_a_value_of_a_closed_set_may_not_go_and_a_new_one_may_come():
    def currencies(change):
        return changed(
            POSITION, lambda it: change(it["$defs"]["Money"]["properties"]["currency"]["enum"])
        )

    assert currencies(lambda it: it.remove("JPY")) == [("/data/value/currency", "values removed")]
    assert currencies(lambda it: it.append("THB")) == []


def test_an_open_field_may_not_be_closed():
    found = position(lambda it: it["properties"]["account"].update(enum=["ac_1"]))
    assert found == [("/data/account", "values removed")]


def test_another_name_of_the_type_is_a_break():
    found = changed(POSITION, lambda it: it["properties"]["type"].update(const="other"))
    assert found == [("/type", "values removed")]


def test_unknown_fields_must_stay_welcome():
    assert position(lambda it: it.update(additionalProperties=False)) == [
        ("/data", "no room for unknown fields")
    ]


def test_entries_of_lists_tuples_and_tables_are_compared():
    product = schema_of(ProductReleased)
    shares = changed(
        product,
        lambda it: it["$defs"]["Product"]["properties"]["look_through_bp"]["prefixItems"][4].update(
            maximum=1
        ),
    )
    assert shares == [("/data/look_through_bp/4", "maximum narrowed")]
    files = changed(
        schema_of(CatalogueReleased),
        lambda it: it["$defs"]["CatalogueFiles"]["properties"]["files"][
            "additionalProperties"
        ].update(maxLength=9),
    )
    assert files == [("/data/files/{}", "maxLength narrowed")]
    reasons = changed(
        schema_of(IntentChanged),
        lambda it: it["$defs"]["Reason"]["properties"]["code"].update(minLength=2),
    )
    assert reasons == [("/data/reasons/*/code", "minLength narrowed")]


def test_a_tuple_of_another_length_is_a_break():
    found = changed(
        schema_of(ProductReleased),
        lambda it: it["$defs"]["Product"]["properties"]["look_through_bp"]["prefixItems"].pop(),
    )
    assert found == [("/data/look_through_bp", "shape of its entries changed")]
