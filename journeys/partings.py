"""How two decisions on one cause differ, and what stands behind it."""

from enum import StrEnum
from typing import Final

from schemas.decisions import Candidate, Decision
from schemas.time import Instant

NOT_DUE: Final = "no decision was due"
OTHER_WAY: Final = "another treatment"

Pick = frozenset[tuple[str, str | None]]
"""Actions with their treatments."""
Fate = tuple[str, str, Instant | None]
"""Of an action: why it was withheld, and until when."""


class Parting(StrEnum):
    """How two decisions on one cause differ."""

    SAME = "same"
    GAINED = "gained"
    """A task where there was none."""
    LOST = "lost"
    """No task where there was one."""
    REORDERED = "reordered"
    """Another task."""
    REASONED = "reasoned"
    """The same task or none, for other reasons or until another time."""


PARTED: Final = (Parting.LOST, Parting.GAINED, Parting.REORDERED)
"""How tasks part."""


def parting(old: Decision | None, new: Decision | None) -> Parting:
    """How they differ; one that was not due chose nothing."""
    was, now = chosen(old), chosen(new)
    if was != now:
        if not was:
            return Parting.GAINED
        return Parting.REORDERED if now else Parting.LOST
    if old is None or new is None or _fates(old) != _fates(new):
        return Parting.REASONED
    return Parting.SAME


def chosen(decision: Decision | None) -> Pick:
    """What it chose."""
    if decision is None:
        return frozenset()
    return frozenset((one.action, one.treatment) for one in decision.candidates if one.chosen)


def where(kind: Parting, old: Decision | None, new: Decision | None) -> str:
    """Where the first of what one side chose falls on the other, or what is told otherwise."""
    if kind is Parting.REASONED:
        return _told_otherwise(old, new)
    return _where(chosen(new), old) if kind is Parting.GAINED else _where(chosen(old), new)


def told(decision: Decision | None, other: Decision | None) -> str:
    """What one side decides of the actions that either side chose."""
    if decision is None:
        return NOT_DUE
    actions = {action for action, _ in chosen(decision) | chosen(other)}
    fates = [f"{c.action}: {_fate(c)}" for c in decision.candidates if c.action in actions]
    return "; ".join(fates)


def _where(pick: Pick, other: Decision | None) -> str:
    if other is None:
        return NOT_DUE
    actions = {action for action, _ in pick}
    fell = next((c for c in other.candidates if c.action in actions and not c.chosen), None)
    return OTHER_WAY if fell is None else _fate(fell)


def _told_otherwise(old: Decision | None, new: Decision | None) -> str:
    """The first fate of the new side that the old does not have; of what it lacks, the old's."""
    if old is None or new is None:
        return NOT_DUE
    was, now = _fates(old), _fates(new)
    others = [one for one in new.candidates if _of(one) not in was]
    others += [one for one in old.candidates if _of(one) not in now]
    return _fate(others[0])


def _fates(decision: Decision) -> set[Fate]:
    return {_of(one) for one in decision.candidates}


def _of(one: Candidate) -> Fate:
    return (one.action, str(one.reason), one.until)


def _fate(one: Candidate) -> str:
    if one.chosen:
        return f"chosen, {one.treatment}"
    return " ".join(str(part) for part in (one.stage, one.reason, one.rule) if part is not None)
