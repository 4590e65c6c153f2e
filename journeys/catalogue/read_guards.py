"""Guards, from TOML."""

from journeys.catalogue.dating import Dated, dated
from journeys.catalogue.guarding import MEASURES, Guard
from journeys.catalogue.rows import Row
from schemas.time import MINUTE

_FEWEST = 10
"""Of fewer tasks no rate can be told."""


def guard(row: Row) -> list[Dated]:
    """One guard."""
    found, measure = row.name("id"), row.one_of("measure", MEASURES)
    is_count = measure == "contacts"
    said = Guard(
        id=found,
        version=row.count("version", least=1),
        measure=measure,
        actions=row.names("actions"),
        most=row.count("most", least=1) if is_count else 0,
        within=row.span("within", least=MINUTE) if measure in ("contacts", "complaints") else 0,
        share=0.0 if is_count else row.share("share"),
        of_last=0 if is_count else row.count("of_last", least=_FEWEST),
    )
    if not is_count and row.has("share") and said.share == 0:
        row.fault("a share of 0% freezes everything; write what is too much", "share")
    return dated(row, "guard", (found,), said)
