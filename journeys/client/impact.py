"""What a release would do to everything that runs: counted before, by the code that does it after.

Pure: states, two catalogues and a moment in; a report out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.edition import Edition, Narrower
from journeys.catalogue.succession import edited
from journeys.client.case.case import NOT_OVER, Case
from journeys.client.journey.instance import Instance
from journeys.client.journey.migration import Fate, Migration, ends_at, goes_on, migrate
from journeys.client.state import ClientState
from journeys.client.steps import sales, tasks
from journeys.reference import Reference
from schemas.time import Instant


class Line(NamedTuple):
    """Runs of one journey, or cases, or operations, that share a fate."""

    kind: str
    """`journey`, `case` or `operation`."""
    name: str
    version: int
    step: str
    """Where a run is; the state of a case or an operation."""
    fate: str
    """`stays`, `moves`, `ends`; of an operation `stuck`: nobody could go on with it."""
    to_version: int | None
    to_step: str | None
    is_unsaid: bool
    """Nobody said what becomes of it, so the release is refused."""


class Bound(NamedTuple):
    """A row narrower than the bank, and whether the release brings or ends it."""

    row: Narrower
    change: str
    """`comes`, `stays` or `goes`."""


@dataclass(slots=True)
class Impact:
    """What would happen, by fate. What nothing happens to is counted in sums alone."""

    old: str
    new: str
    faults: list[str] = field(default_factory=list)
    """Why the release is refused."""
    clients: int = 0
    touched_clients: int = 0
    runs: int = 0
    lines: Counter[Line] = field(default_factory=Counter)
    timers: int = 0
    """Of runs that move or end: dates that change or fall away."""
    tasks_recalled: int = 0
    """Open tasks of runs that end, or leave their step."""
    sales_judged_anew: int = 0
    """Open tasks that sell: their rows run again."""
    tasks_without_action: int = 0
    """Open tasks whose action is gone; they stay on their desks, and lead to nothing new."""
    narrower: Counter[Bound] = field(default_factory=Counter)
    """Clients whom each row of a branch or an outlet binds; 0 of a place that serves nobody."""

    def document(self) -> dict[str, Any]:
        """As plain values, its lines in order."""
        sums = ("clients", "touched_clients", "runs", "timers", "tasks_recalled")
        more = ("sales_judged_anew", "tasks_without_action")
        lines = [
            line._asdict() | {"count": self.lines[line]} for line in sorted(self.lines, key=_by)
        ]
        return {
            "old": self.old,
            "new": self.new,
            "refused": self.faults,
            **{name: getattr(self, name) for name in (*sums, *more)},
            "lines": lines,
            "narrower": [
                _shown(bound, self.narrower[bound]) for bound in sorted(self.narrower, key=_by)
            ],
        }


def _shown(bound: Bound, clients: int) -> dict[str, Any]:
    row = bound.row
    said = {"kind": row.kind, "id": row.id, "version": row.version}
    place = {"scope": row.scope.kind, "name": row.scope.name}
    return {**said, **place, "change": bound.change, "clients": clients}


def impact(
    states: Iterable[ClientState], reference: Reference, new: Catalogue, now: Instant
) -> Impact:
    """Count what releasing a catalogue now would do.

    Args:
        states: every client's.
        reference: in force.
        new: to be released.
        now: the moment at which the edition in force is taken.
    """
    found = Impact(reference.catalogue.version, new.version)
    found.faults += edited(reference.catalogue, new)
    under = replace(reference, catalogue=new, staged=None)
    bound = _bound(reference.catalogue, new, now)
    found.narrower.update(dict.fromkeys(bound.values(), 0))
    for state in states:
        outlet = state.served.outlet
        both = (each.serving(outlet).at(now) for each in (reference.catalogue, new))
        found.narrower.update({bound[row] for edition in both for row in edition.narrower})
        _count(found, state, under, new.serving(state.served.outlet).at(now), now)
    for line, count in sorted(found.lines.items(), key=lambda each: _by(each[0])):
        if line.is_unsaid:
            found.faults.append(_refusal(line, count))
    return found


def _bound(old: Catalogue, new: Catalogue, now: Instant) -> dict[Narrower, Bound]:
    """Every narrower row of either, and what the release does to it."""
    before, after = (
        {row for view in each.outlets.values() for row in view.at(now).narrower}
        for each in (old, new)
    )
    changes = {row: "stays" if row in before else "comes" for row in after}
    gone = dict.fromkeys(before - after, "goes")
    return {row: Bound(row, change) for row, change in (changes | gone).items()}


def _count(
    found: Impact, state: ClientState, reference: Reference, edition: Edition, now: Instant
) -> None:
    found.clients += 1
    found.runs += len(state.instances)
    before = found.lines.total()
    for run in state.instances:
        to = migrate(run, edition.journeys, reference.catalogue.journey)
        if to.fate is not Fate.UNCHANGED:
            _count_run(found, state, run, to, now)
    for case in state.cases:
        found.lines.update(_of_case(case, reference.catalogue, edition))
    found.touched_clients += found.lines.total() > before
    for row in filter(tasks.is_open, state.tasks):
        found.sales_judged_anew += sales.is_outdated(row, reference, edition)
        found.tasks_without_action += row.action not in edition.actions


def _count_run(
    found: Impact, state: ClientState, run: Instance, to: Migration, now: Instant
) -> None:
    version = None if to.journey is None else to.journey.version
    fate = to.fate.value
    line = Line("journey", run.journey, run.version, run.step, fate, version, to.step, to.is_unsaid)
    found.lines[line] += 1
    if to.fate is Fate.STAYS:
        return
    row = next((row for row in state.tasks if row.task_id == run.task), None)
    action = None if row is None else row.action
    stays = to.journey is not None and goes_on(run, to.journey, to.step, action)
    found.tasks_recalled += row is not None and tasks.is_open(row) and not stays
    found.timers += run.step_due is not None and not stays
    found.timers += to.journey is None or ends_at(run, to.journey, now) != run.ends_at


def _of_case(case: Case, catalogue: Catalogue, edition: Edition) -> Iterator[Line]:
    kind = edition.casework.types.get(case.type)
    if kind is None or kind.version != case.version:
        fate, version = ("ends", None) if kind is None else ("moves", kind.version)
        life = str(case.life)
        yield Line(
            "case",
            case.type,
            case.version,
            life,
            fate,
            version,
            None,
            kind is None and case.is_open,
        )
    for operation in case.operations:
        known = catalogue.operation(operation.operation, operation.version)
        if operation.state in NOT_OVER and known is None:
            name, version = operation.operation, operation.version
            state = str(operation.state)
            yield Line("operation", name, version, state, "stuck", None, None, is_unsaid=True)


def _refusal(line: Line, count: int) -> str:
    what = f"{line.kind} '{line.name}' version {line.version}"
    if line.kind == "journey":
        remedy = (
            "keep the row of that version and write migration = \"stay\", name the step in 'moves' "
            'of a migration = "move", or write migration = "end"'
        )
        return (
            f"{what}: {count} at step '{line.step}', and nobody says what becomes of them; {remedy}"
        )
    return f"{what}: {count} {line.step}, and none could go on; keep its row until they are over"


def _by(line: Line | Bound) -> tuple[str, ...]:
    return tuple(str(part) for part in line)
