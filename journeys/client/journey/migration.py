"""What becomes of a running journey when the one in force is another version.

The fold migrates by this, and a release counts by it beforehand: there is no second opinion.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple

from journeys.catalogue.definitions import END, Journey
from journeys.client.journey.instance import Instance
from schemas.time import Instant


class Fate(Enum):
    """What a run does."""

    UNCHANGED = "unchanged"
    """Its version is the one in force."""
    STAYS = "stays"
    """It goes on under its own version."""
    MOVES = "moves"
    """It goes on under the version in force, at a step of that one."""
    ENDS = "ends"


class Migration(NamedTuple):
    """One run's fate."""

    fate: Fate
    journey: Journey | None
    """What it goes on under; `None` where it ends."""
    step: str
    """Where it is then; `end` where it ends."""
    is_unsaid: bool = False
    """It ends because nobody said what becomes of it: a release is refused for that."""


Known = Callable[[str, int], Journey | None]
"""A journey at a version, from every version that the files still hold."""


def migrate(run: Instance, journeys: Mapping[str, Journey], known: Known) -> Migration:
    """What becomes of a run.

    Args:
        run: as it stands.
        journeys: those in force.
        known: every version that the files still hold.
    """
    found = journeys.get(run.journey)
    if found is None:
        # A row that is still there, with its last day, says itself that it ends.
        return _ended(is_unsaid=known(run.journey, run.version) is None)
    if found.version == run.version:
        return _at(Fate.UNCHANGED, run, found, run.step)
    if found.migration == "stay":
        own = known(run.journey, run.version)
        return _ended(is_unsaid=True) if own is None else _at(Fate.STAYS, run, own, run.step)
    if found.migration == "move":
        return _at(Fate.MOVES, run, found, found.moves.get(run.step, run.step))
    return _ended()


def definition(run: Instance, journeys: Mapping[str, Journey], known: Known) -> Journey | None:
    """What a run goes on under as it stands; `None` if it must be migrated first, or ends."""
    found = journeys.get(run.journey)
    if found is not None and found.version == run.version and run.step in found.steps:
        return found
    to = migrate(run, journeys, known)
    return to.journey if to.fate is Fate.STAYS else None


def goes_on(run: Instance, journey: Journey, step: str, action: str | None) -> bool:
    """Does a run that moves stay where it is: in a step of the same name that does the same?

    Then it keeps the day that it was told, and its task; else it begins its step anew.

    Args:
        run: as it stands.
        journey: what it goes on under.
        step: where it is then.
        action: of its task, if it has one.
    """
    does = journey.steps[step].do
    is_same = action in (None, does) and (does is not None or not run.wants)
    return step == run.step and is_same


def ends_at(run: Instance, journey: Journey, now: Instant) -> Instant:
    """When a run that moves is over; never before now."""
    anchor = run.entered_at if journey.anchor is None else int(run.variables[journey.anchor])
    return Instant(max(now, anchor + journey.lasts))


def _at(fate: Fate, run: Instance, journey: Journey, step: str) -> Migration:
    if step == END:
        return _ended()
    target = journey.steps.get(step)
    counted_from = () if target is None else (target.since, journey.anchor)
    can_count = all(word is None or word in run.variables for word in counted_from)
    if target is None or (fate is Fate.MOVES and not can_count):
        return _ended(is_unsaid=True)
    return Migration(fate, journey, step)


def _ended(*, is_unsaid: bool = False) -> Migration:
    return Migration(Fate.ENDS, None, END, is_unsaid)
