"""A catalogue from the texts of its files: typed, dated, cross-checked, or refused whole.

Pure: whoever calls reads the files. A file's first word names what is in it, so that
`actions.toml` and `actions-2027.toml` both bring actions.
"""

from collections.abc import Callable, Mapping
from typing import Final

from journeys.catalogue import (
    read_actions,
    read_casework,
    read_conduct,
    read_contact,
    read_guards,
    read_journeys,
    read_learning,
    read_lexicon,
    read_measures,
    read_policies,
    read_wealth,
)
from journeys.catalogue.assemble import assemble
from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.dating import Dated, check_overlaps
from journeys.catalogue.foreign import FOREIGN, read_foreign
from journeys.catalogue.lint import check_signed
from journeys.catalogue.rows import Row
from journeys.catalogue.source import Faults, Source, read
from journeys.errors import DefinitionError

_LONGEST_VERSION: Final = 32  # a verdict of a rule carries the version, and no more room
_TABLES: Final[Mapping[str, Mapping[str, Callable[[Row], list[Dated]]]]] = {
    "lateness": {"lateness": read_policies.lateness},
    "contact": {"contact": read_contact.contact},
    "outlets": {"branch": read_policies.branch},
    "desk": {
        "desk": read_policies.desk,
        "book": read_wealth.book,
        "stage": read_wealth.stage,
    },
    "diagnosis": {
        "returns": read_wealth.returns,
        "promoters": read_wealth.promoters,
        "plan": read_wealth.plan,
    },
    "corrections": {"correction": read_policies.correction},
    "suitability": {
        "limits": read_policies.limits,
        "advice": read_wealth.advice,
        "rule": read_policies.rule,
    },
    "conduct": {"rule": read_conduct.rule},
    "guards": {"guard": read_guards.guard},
    "lexicon": {"lexicon": read_lexicon.lexicon},
    "triggers": {"triggers": read_policies.triggers, "salary": read_policies.salary},
    "operations": {"operation": read_casework.operation},
    "predictors": {"predictor": read_learning.predictor, "learning": read_learning.learning},
    "measures": {"measure": read_measures.measure, "check": read_measures.check},
    "arbitration": {
        "context": read_policies.context,
        "base_rate": read_policies.base_rate,
        "lever": read_policies.lever,
        "control": read_policies.control,
    },
}
_KNOWN: Final = frozenset(_TABLES) | FOREIGN | {"tags", "actions", "journeys", "cases"}


def load(files: Mapping[str, str], *, version: str, signed: bool = False) -> Catalogue:
    """Build a catalogue.

    Args:
        files: TOML texts by file name, such as `actions.toml`.
        version: what decisions record, at most 32 characters.
        signed: refuse rules that nobody has signed, as production does.

    Raises:
        DefinitionError: anything is wrong; every fault with file, line and remedy, one a line.
    """
    faults = Faults()
    if not 1 <= len(version) <= _LONGEST_VERSION:
        faults.note("catalogue:1", f"version '{version}' is not 1 to {_LONGEST_VERSION} characters")
    sources = [_source(name, text, faults) for name, text in sorted(files.items())]
    rows = _read_all([source for source in sources if source is not None], faults)
    check_overlaps(rows)
    if signed:
        check_signed(rows)
    catalogue = assemble(rows, version, faults)
    if catalogue is None or faults.notes:
        raise DefinitionError("\n".join(faults.notes))
    return catalogue


def _source(name: str, text: str, faults: Faults) -> Source | None:
    if kind_of(name) not in _KNOWN:
        known = ", ".join(f"{kind}.toml" for kind in sorted(_KNOWN))
        faults.note(f"{name}:1", f"nothing reads this file; known are {known}")
        return None
    return read(name, text, faults)


def kind_of(name: str) -> str:
    """What a file brings.

    Example:
        >>> kind_of("actions-2027.toml")
        'actions'
    """
    return name.removesuffix(".toml").partition("-")[0]


def _read_all(sources: list[Source], faults: Faults) -> list[Dated]:
    tags = _tables(sources, "tags", {"tag": read_policies.tag}, faults)
    known = {tag.id for tag in tags}
    actions = {
        "action": lambda row: read_actions.read(row, known),
        "withdrawn": read_policies.withdrawn,
    }
    journeys = {"journey": lambda row: read_journeys.read(row, known)}
    cases = {
        "casework": read_casework.limits,
        "handover": read_casework.handover,
        "case_type": read_casework.case_type(known),
    }
    rows = [
        *tags,
        *_tables(sources, "actions", actions, faults),
        *_tables(sources, "journeys", journeys, faults),
        *_tables(sources, "cases", cases, faults),
    ]
    for kind, readers in _TABLES.items():
        rows += _tables(sources, kind, readers, faults)
    for source in sources:
        if kind_of(source.name) in FOREIGN:
            rows += read_foreign(source, kind_of(source.name), faults)
    return rows


def _tables(
    sources: list[Source],
    kind: str,
    readers: Mapping[str, Callable[[Row], list[Dated]]],
    faults: Faults,
) -> list[Dated]:
    rows: list[Dated] = []
    for source in sources:
        if kind_of(source.name) == kind:
            whole = Row(source.tables, source.whole(), faults)
            for key, reader in readers.items():
                for row in whole.rows(key):
                    rows += reader(row)
            whole.done()
    return rows
