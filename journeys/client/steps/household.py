"""What is known of the household: profile changes, risk tests, and taking either back."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from msgspec.structs import replace

from journeys.client import seen
from journeys.client.journey.instance import Value
from journeys.client.state import TOLD_BITS, Household, Retold
from journeys.client.steps import behaviour, doubt, journeys, risk_tests, wealth
from journeys.client.steps.draft import Draft
from journeys.client.wealth.attribution import Causes
from journeys.client.wealth.profile import Profile
from schemas.facts import Effect
from schemas.signals import corebank
from schemas.time import Instant

_MOST_CHANGES = 4
"""Kept so that they can be taken back: each is a profile of some 40 bytes."""
_MOST_DOUBTS = 8


def on_profile(draft: Draft, event: corebank.ProfileChanged) -> None:
    """New facts about the household, by version; what cannot be taken as said is told."""
    said, household = event.data, draft.household
    if said.version <= household.version:
        draft.set_aside(event, Effect.STALE, "older_version")
        return
    draft.household = replace(household, version=said.version)
    is_gap = 0 < household.version < said.version - 1
    if is_gap and not said.resync:
        draft.set_aside(event, Effect.VERSION_GAP, "resync_wanted")
        _doubt(draft, doubt.GAP)
    if seen.holds(draft.seen, draft.cause.mark):
        draft.set_aside(event, Effect.REFUSED, "reversed")
        _settle(draft, doubt.reversed_change(draft.cause.mark))
    else:
        is_confirmed, old = said.confirmed_by != "adviser", draft.household
        if said.resync:
            _begin_anew(draft)
        before = _tell(draft, event, is_confirmed=is_confirmed, can_be_undone=not said.resync)
        if said.resync:
            # What the whole profile leaves out is not known any more.
            draft.household = replace(draft.household, said=before.taken)
        first, steps = _never_told(before), [(draft.household, wealth.Proof.CONFIRMED)]
        if first:
            middle = _with_fields(old, draft.household, first, ())
            steps.insert(0, (middle, wealth.Proof.FIRST_TOLD))
        _score(draft, steps, is_confirmed=is_confirmed)
        return
    wealth.rescore(draft, Causes.PROFILE)


def on_risk_test(draft: Draft, event: corebank.RiskTestTaken) -> None:
    """A new class. A test that anybody but the client took is not counted (S10)."""
    said = event.data
    refused = risk_tests.refusal(draft, said)
    if refused is not None:
        draft.set_aside(event, *refused)
        if refused[0] is Effect.STALE:
            # It gives no class any more, and is still one of those of its year.
            risk_tests.remember(draft, said)
        return
    risk_tests.remember(draft, said)
    _follow_tests(draft)
    behaviour.note(draft, "risk_test_passed")
    taken: dict[str, Value] = {"test": "risk", "taken": said.taken_at}
    journeys.trigger(draft, "tested", taken, (draft.cause.mark,))
    draft.decide_on("risk_test")


def load(draft: Draft, event: corebank.BaselineLoaded) -> None:
    """The household of day 0: what was in doubt is so no more. Whoever calls scores."""
    test = event.data.risk_test
    draft.household = replace(_kept(draft.household, 0), doubts=())
    _tell(draft, event, is_confirmed=True, can_be_undone=False)
    if test is None:
        return
    refused = risk_tests.refusal_on_day_0(draft, test)
    if refused is not None:
        draft.set_aside(event, *refused)
        return
    # A baseline heard again tells the same test again.
    if all(known.at != test.taken_at for known in draft.household.tests):
        risk_tests.remember(draft, test)
    draft.household = risk_tests.dated(draft.household)
    draft.household = risk_tests.classed(draft.household)


def take_back_test(draft: Draft, mark: int) -> None:
    """A risk test never was: the one before it holds again, or none."""
    left = tuple(test for test in draft.household.tests if test.mark != mark)
    if left != draft.household.tests:
        draft.household = replace(draft.household, tests=left)
        _follow_tests(draft)


def take_back_change(draft: Draft, mark: int) -> None:
    """A profile change never was: fields that nobody told since are what they were before it.

    One that is not among those kept was too long ago, or is still to come: until it comes, or the
    profile is told anew, the profile is in doubt.
    """
    changes = list(draft.household.changes)
    at = next((at for at, change in enumerate(changes) if change.mark == mark), None)
    if at is None:
        _doubt(draft, doubt.reversed_change(mark))
        wealth.rescore(draft, Causes.PROFILE)
        return
    gone = changes.pop(at)
    names, doubts = _names(gone.taken), _names(gone.taken | gone.refused)
    for place in range(at, len(changes)):
        later = changes[place]
        changes[place] = _with_fields(later, gone, names, doubts)
        names -= _names(later.taken)
        doubts -= _names(later.taken | later.refused)
    household = replace(draft.household, changes=tuple(changes))
    # The way back, in the order back.
    middle = _with_fields(household, gone, names - _never_told(gone), doubts)
    after = _with_fields(household, gone, names, doubts)
    steps = [(middle, wealth.Proof.CONFIRMED), (after, wealth.Proof.FIRST_TOLD)]
    _score(draft, steps, is_confirmed=gone.is_confirmed)


def _score(
    draft: Draft, steps: Sequence[tuple[Household, wealth.Proof]], *, is_confirmed: bool
) -> None:
    """Score a change step by step: what was told for the first time moves the baseline alone.

    What nobody but an adviser confirmed counts for nothing, whatever the step.
    """
    for household, proof in steps:
        draft.household = household
        counted = proof if is_confirmed else wealth.Proof.NONE
        wealth.rescore(draft, Causes.PROFILE, proof=counted)


def _never_told(before: Retold) -> set[str]:
    """Of the fields that a change told, those that nobody had."""
    return _names(before.taken & ~before.said)


def _names(bits: int) -> set[str]:
    return {name for name, bit in TOLD_BITS.items() if bits & bit}


def _bits(names: Collection[str]) -> int:
    return sum(TOLD_BITS[name] for name in names)


def _follow_tests(draft: Draft) -> None:
    """Date and class of the newest test that counts."""
    # Its date is the client's own doing; the class it gives is not (wealth, section 12).
    draft.household = risk_tests.dated(draft.household)
    wealth.rescore(draft, Causes.PROFILE, proof=wealth.Proof.CONFIRMED)
    draft.household = risk_tests.classed(draft.household)
    wealth.rescore(draft, Causes.CLASS_CHANGE)


def _begin_anew(draft: Draft) -> None:
    """Nothing is known but the class, which tests give."""
    blank = Profile(risk_class=draft.household.told.risk_class)
    kept = _kept(draft.household, 0)
    draft.household = replace(kept, birth=None, told=blank, doubts=())


def _tell(
    draft: Draft,
    event: corebank.ProfileChanged | corebank.BaselineLoaded,
    *,
    is_confirmed: bool,
    can_be_undone: bool,
) -> Retold:
    """Take the fields that were said; the rest stays. What it replaced."""
    refused = _refused(draft, event)
    household = draft.household
    said = {name: value for name, value in event.data.fields if value is not None}
    for name in refused:
        del said[name]
    names, bare = tuple(sorted(said)), replace(household.told, risk_class=None)
    kept = household.birth, bare, household.doubts, household.said
    at = event.time if _is_by_client(event) else Instant(0)
    before = Retold(draft.cause.mark, _bits(names), _bits(refused), is_confirmed, *kept, at)
    birth, goals = said.pop("birth", household.birth), said.pop("goals", None)
    told = replace(household.told, **{n.removesuffix("_fen"): v for n, v in said.items()})
    if goals is not None:
        told = replace(told, goals=tuple((goal.amount_fen, goal.years) for goal in goals))
    bits = household.said | _bits(names)
    new = replace(household, birth=birth, told=told, said=bits)
    most = _MOST_CHANGES if can_be_undone else 0
    draft.household = _kept(replace(new, changes=(*household.changes, before)), most)
    for name in names:
        _settle(draft, name)
    for name in refused:
        _doubt(draft, name)
    return before


def _is_by_client(event: corebank.ProfileChanged | corebank.BaselineLoaded) -> bool:
    return isinstance(event, corebank.ProfileChanged) and event.data.confirmed_by == "client"


def _kept(household: Household, most: int) -> Household:
    """With so many changes kept; of the rest it is known when the client last told of one."""
    changes, gone = household.changes, max(0, len(household.changes) - most)
    after: tuple[Household | Retold, ...] = (*changes[1:], household)
    told = (one.at for one, then in zip(changes[:gone], after, strict=False) if one.differs(then))
    reported = Instant(max((household.reported, *told)))
    return replace(household, changes=changes[gone:], reported=reported)


def _refused(
    draft: Draft, event: corebank.ProfileChanged | corebank.BaselineLoaded
) -> tuple[str, ...]:
    """Fields that cannot be: told, not taken, in doubt until they are said anew."""
    fields = event.data.fields
    found = []
    if fields.goals is not None and any(goal.years < 1 for goal in fields.goals):
        draft.set_aside(event, Effect.REFUSED, "goal_in_past")
        found.append(doubt.GOALS)
    if fields.birth is not None and fields.birth > wealth.today(draft):
        draft.set_aside(event, Effect.REFUSED, "birth_in_future")
        found.append(doubt.BIRTH)
    return tuple(found)


T = TypeVar("T", Household, Retold)


def _with_fields(
    one: T, other: Household | Retold, names: Collection[str], touched: Collection[str]
) -> T:
    """With some fields as in another, or as a change found them; and with some doubts."""
    fields = [name.removesuffix("_fen") for name in names if name != doubt.BIRTH]
    told = replace(one.told, **{name: getattr(other.told, name) for name in fields})
    birth = other.birth if doubt.BIRTH in names else one.birth
    doubts = {name for name in one.doubts if name not in touched}
    doubts |= {name for name in other.doubts if name in touched}
    mask = _bits(names)
    said = (one.said & ~mask) | (other.said & mask)
    return replace(one, birth=birth, told=told, doubts=tuple(sorted(doubts)), said=said)


def _doubt(draft: Draft, what: str) -> None:
    doubts = {*draft.household.doubts, what}
    if len(doubts) > _MOST_DOUBTS:
        # Too many reversed changes to tell apart: only the whole profile told anew settles them.
        doubts = (doubts & {doubt.GOALS, doubt.BIRTH}) | {doubt.GAP}
    draft.household = replace(draft.household, doubts=tuple(sorted(doubts)))


def _settle(draft: Draft, what: str) -> None:
    if what in draft.household.doubts:
        doubts = tuple(one for one in draft.household.doubts if one != what)
        draft.household = replace(draft.household, doubts=doubts)
