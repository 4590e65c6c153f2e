"""For whose clients a row holds: the whole bank's, those of a branch, or those of one outlet.

A narrower row binds beside the bank's and may only tighten it, or put its actions in another order.
Which outlets there are, and of which branch, says `outlets.toml`.
"""

from typing import Final, NamedTuple

from typing_extensions import override

from journeys.catalogue.rows import Row

BANK: Final = "bank"
BRANCH: Final = "branch"
OUTLET: Final = "outlet"
SCOPES: Final = (BANK, BRANCH, OUTLET)
NARROWER: Final = ("action", "contact", "lever", "withdrawn")
"""What may be said for less than the bank; any other row binds all clients alike."""


class Scope(NamedTuple):
    """A branch, or one outlet."""

    kind: str
    name: str

    @override
    def __str__(self) -> str:
        """As it is told to people.

        Example:
            >>> str(Scope("outlet", "outlet_1"))
            "outlet 'outlet_1'"
        """
        return f"{self.kind} '{self.name}'"


def scope_of(row: Row) -> Scope | None:
    """What a row says of its scope; `None` for the whole bank."""
    kind = _kind(row)
    if kind in (BRANCH, OUTLET):
        return Scope(kind, row.name(kind))
    return None


def bank_only(row: Row, kind: str) -> None:
    """Note a narrower scope where all clients are bound alike."""
    said = _kind(row)
    if said in (BRANCH, OUTLET):
        row.shown(said)
        row.fault(
            f"a {kind} binds the whole bank alike; remove scope and '{said}' "
            f"(narrower may be: {', '.join(NARROWER)})",
            "scope",
        )


def _kind(row: Row) -> str:
    return row.one_of("scope", SCOPES, BANK)
