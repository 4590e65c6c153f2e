"""What case types and operations of one edition say of each other."""

from collections.abc import Sequence
from typing import Final

from journeys.catalogue.casework import CaseType, OperationType
from journeys.catalogue.dating import Dated, in_force
from journeys.catalogue.lint_texts import check_words
from schemas.time import Instant

_TYPE_TEXTS: Final = ("name_zh", "name_en", "goal")
_HANDOVER_TEXTS: Final = ("say_zh", "say_en", "late_zh", "late_en")
_OPERATION_TEXTS: Final = ("name_zh", "name_en", "confirm_zh", "confirm_en")


def check_casework(rows: Sequence[Dated], moment: Instant) -> None:
    """Note, at the rows themselves, what does not fit together at a moment."""
    lexicon = in_force(rows, "lexicon", moment)["lexicon"].value
    operations = in_force(rows, "operation", moment)
    actions = in_force(rows, "action", moment)
    types = list(in_force(rows, "case_type", moment).values())
    for row in types:
        found: CaseType = row.value
        check_words(row.row, _TYPE_TEXTS, found, lexicon)
        row.row.known("help", found.help, actions, what="action")
        for each in found.operations:
            row.row.known("operations", each, operations, what="operation")
            if each in operations:
                _check_record(row, operations[each].value)
    _check_openers(types)
    for row in in_force(rows, "handover", moment).values():
        check_words(row.row, _HANDOVER_TEXTS, row.value, lexicon)
    for row in operations.values():
        check_words(row.row, _OPERATION_TEXTS, row.value, lexicon)
        for at, each in zip(row.row.rows("parameter"), row.value.parameters.values(), strict=False):
            check_words(at, ("choices_zh", "choices_en"), each, lexicon)


def _check_record(row: Dated, operation: OperationType) -> None:
    """What an operation is told stands in the case's record: nothing is asked for twice."""
    for name in operation.parameters:
        if name not in row.value.record:
            row.row.fault(
                f"operation '{operation.id}' needs '{name}', which the record of case type "
                f"'{row.id}' cannot hold; add it to record",
                "record",
            )


def _check_openers(types: Sequence[Dated]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for row in types:
        openers = [("requests", each) for each in row.value.requests]
        openers += [("intents", each) for each in row.value.intents]
        for key, word in openers:
            owner = owners.setdefault((key, word), row.id)
            if owner != row.id:
                row.row.fault(f"'{word}' opens case type '{owner}' too; let it open one", key)
