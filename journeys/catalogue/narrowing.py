"""Editions for the clients of an outlet: the bank's, with the rows of its branch and its own.

Nothing here can loosen: of two caps the smaller holds, of two rests the longer. A row that says
something looser is refused all the same, for whoever wrote it believes that it holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec.structs import replace

from journeys.catalogue.actions import Action
from journeys.catalogue.dating import Dated, in_force
from journeys.catalogue.edition import ContactPolicy, Edition, Narrower
from journeys.catalogue.scope import BRANCH, OUTLET, Scope
from schemas.time import DAY, HOUR, MINUTE, Instant

CONTACT: Final[Mapping[str, Callable[[int, int], int]]] = {
    "marketing_per_day": min,
    "marketing_per_week": min,
    "calls_per_week": min,
    "opens": max,
    "closes": min,
    "decline_action": max,
    "decline_group": max,
    "attempts": min,
    "retry_unreached": max,
}
"""What a narrower row may say of contacts, and which of two sayings is the tighter."""
_CLOCKS: Final = frozenset({"opens", "closes"})
_SPANS: Final = frozenset({"decline_action", "decline_group", "retry_unreached"})


def for_bank(edition: Edition) -> Edition:
    """The bank's edition, with the actions left out that are offered in some places only."""
    return replace(edition, not_here=_elsewhere(edition.actions, ()))


def by_outlet(rows: Sequence[Dated], bank: Edition, moment: Instant) -> dict[str, Edition]:
    """The edition of every outlet for which any row is narrower at a moment.

    Args:
        rows: of the whole catalogue.
        bank: the edition of all others, from `for_bank`.
        moment: at which it is in force.
    """
    narrower = [row for row in rows if _said(row) is not None and row.holds_at(moment)]
    branches = in_force(rows, BRANCH, moment)
    owners = _owners(branches)
    _check(narrower, bank.actions, branches, owners)
    found: dict[str, Edition] = {}
    made: dict[tuple[Scope, ...], Edition] = {}
    for outlet, branch in owners.items():
        both = (Scope(BRANCH, branch), Scope(OUTLET, outlet))
        mine = tuple(scope for scope in both if any(_said(row) == scope for row in narrower))
        if mine:
            if mine not in made:
                made[mine] = _edition(bank, narrower, mine)
            found[outlet] = made[mine]
    return found


def _said(row: Dated) -> Scope | None:
    """The scope of a row, if it is narrower than the bank."""
    only: Scope | None = row.value.only if row.kind == "action" else row.scope
    return only


def _edition(bank: Edition, rows: Sequence[Dated], scopes: tuple[Scope, ...]) -> Edition:
    """The bank's edition under the rows of some scopes, the wider first."""
    contact, levers = bank.contact, dict(bank.arbitration.levers)
    not_here, narrower = _elsewhere(bank.actions, scopes), list[Narrower]()
    for scope in scopes:
        for row in sorted(_of(rows, scope), key=lambda one: (one.kind, one.id)):
            narrower.append(Narrower(row.kind, row.id, row.version, scope))
            if row.kind == "contact":
                contact = _tightened(contact, row)
            elif row.kind == "lever":
                levers[row.id] = row.value
            elif row.kind == "withdrawn":
                not_here[row.id] = scope
    return replace(
        bank,
        contact=contact,
        arbitration=replace(bank.arbitration, levers=levers),
        narrower=tuple(narrower),
        not_here=not_here,
    )


def _of(rows: Iterable[Dated], scope: Scope) -> Iterator[Dated]:
    return (row for row in rows if _said(row) == scope)


def _elsewhere(actions: Mapping[str, Action], here: Sequence[Scope]) -> dict[str, Scope]:
    """Actions that are offered in other places only, and where."""
    return {
        each.id: each.only
        for each in actions.values()
        if each.only is not None and each.only not in here
    }


def _tightened(wider: ContactPolicy, row: Dated) -> ContactPolicy:
    """A contact policy under a narrower row; what would loosen it is noted and has no effect."""
    said: Mapping[str, int] = row.value
    for key, value in said.items():
        bound = getattr(wider, key)
        if CONTACT[key](bound, value) != value:
            row.row.fault(
                f"'{key}' is {_told(key, value)} for {row.scope}, looser than {_told(key, bound)} "
                f"around it; write {_told(key, bound)} or tighter, or remove the key",
                key,
            )
    found = {key: CONTACT[key](getattr(wider, key), value) for key, value in said.items()}
    tightened = replace(wider, **found)
    if tightened.opens >= tightened.closes:
        row.row.fault(f"{row.scope} would have no contact hours at all; mend opens or closes")
    return tightened


def _told(key: str, value: Any) -> str:  # noqa: ANN401 - a count, a span or a time of day
    """A value as it would be written."""
    if key in _CLOCKS:
        return f"{value // 60:02}:{value % 60:02}"
    if key not in _SPANS:
        return str(value)
    size, unit = next((each for each in _UNITS if value % each[0] == 0), _UNITS[-1])
    return f"{value // size}{unit}"


_UNITS: Final = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"))


def _owners(branches: Mapping[str, Dated]) -> dict[str, str]:
    """The branch of every outlet; one of two branches is noted."""
    owners: dict[str, str] = {}
    for branch in branches.values():
        for outlet in branch.value.outlets:
            other = owners.setdefault(outlet, branch.id)
            if other != branch.id:
                branch.row.fault(
                    f"outlet '{outlet}' belongs to branch '{other}' already; remove it from one",
                    "outlets",
                )
    return owners


def _check(
    rows: Iterable[Dated],
    actions: Mapping[str, Action],
    branches: Mapping[str, Dated],
    owners: Mapping[str, str],
) -> None:
    """Note narrower rows of places and actions that there are none of."""
    for row in rows:
        scope = _said(row)
        if scope is None:
            continue
        known = branches if scope.kind == BRANCH else owners
        if not known:
            row.row.fault(
                f"{scope}: no {scope.kind} is known then; write a [[branch]] with its outlets "
                "in outlets.toml for the same days",
                scope.kind,
            )
        elif scope.name:
            row.row.known(scope.kind, scope.name, known, what=scope.kind)
        if row.kind in ("lever", "withdrawn"):
            _check_action(row, actions)


def _check_action(row: Dated, actions: Mapping[str, Action]) -> None:
    row.row.known("action", row.id, actions, what="action")
    action = actions.get(row.id)
    if row.kind == "withdrawn" and action is not None and action.obligation:
        row.row.fault(
            f"'{row.id}' is a duty, owed to clients of every outlet; remove the row", "action"
        )
