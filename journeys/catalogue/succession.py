"""What a catalogue may not do to the one before it: edit what runs under a version.

Runs, cases and operations name the version that they began under, so its words must stay.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from journeys.catalogue.catalogue import Catalogue

_Versions = Mapping[tuple[str, int], Any]


def edited(old: Catalogue, new: Catalogue) -> Iterator[str]:
    """Every version that both hold and that says something else in the new one, one line each."""
    for kind, before, after in (
        ("journey", old.journeys, new.journeys),
        ("operation", old.operations, new.operations),
        ("case type", _case_types(old), _case_types(new)),
    ):
        for name, version in sorted(before.keys() & after.keys()):
            if before[name, version] != after[name, version]:
                yield (
                    f"{kind} '{name}': version {version} is released already with other words; "
                    "a released row is never edited: end it with valid_to, write the next version"
                )


def touches_running(old: Catalogue, new: Catalogue) -> bool:
    """May anything that runs feel the change: are versions gone, or added?"""
    return any(
        before.keys() != after.keys()
        for before, after in (
            (old.journeys, new.journeys),
            (old.operations, new.operations),
            (_case_types(old), _case_types(new)),
        )
    )


def _case_types(catalogue: Catalogue) -> _Versions:
    return {
        (each.id, each.version): each
        for edition in catalogue.editions
        for each in edition.casework.types.values()
    }
