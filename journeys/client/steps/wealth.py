"""The wealth book of this client, its score, and what the score's movement means."""

from datetime import date
from enum import IntEnum
from typing import Final

from msgspec.structs import replace

from journeys.client.lately import Lately
from journeys.client.state import Holding, Household, Scored
from journeys.client.steps import doubt
from journeys.client.steps.draft import Draft
from journeys.client.steps.draft import cause as a_cause
from journeys.client.wealth.attribution import Causes, should_emit
from journeys.client.wealth.book import Lot, add_lot, book_of, remove_lot, revalue_lot
from journeys.client.wealth.product import ProductFacts, ProductKind, facts_of
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.score import Label, Score, score
from journeys.decide.conduct.months import months_later
from journeys.reference import Reference
from schemas.facts import ProfileParts, ScoreUnder, WealthScore, WealthScored
from schemas.reference import Product
from schemas.time import DAY, Instant, local_day, local_days, start_of_day

_MONTH = 487 * DAY // 16
"""A twelfth of 365.25 days: a whole number of microseconds, so that a month begins at its timer."""


def profile(draft: Draft, at: Instant | None = None) -> Profile:
    """The household as it stands now, or at an instant: ages follow the calendar."""
    household, moment = draft.household, draft.now if at is None else at
    tested_at = household.tested_at
    months = None if tested_at is None else max(0, (moment - tested_at) // _MONTH)
    day = local_days(moment, utc_offset_minutes=draft.served.utc_offset_minutes)
    known = _PROFILES.get(draft.client)
    if known is not None and known[0] is household and known[1] == (day, months):
        return known[2]
    if known is None:
        _PROFILES.make_room()
    age = None if household.birth is None else _age(household.birth, _day(draft, moment))
    found = replace(household.told, age=age)
    if months is not None:
        found = replace(found, ra_months=months)
    _PROFILES[draft.client] = household, (day, months), found
    return found


_PROFILES: Final = Lately[tuple[Household, tuple[int, int | None], Profile]]()
"""Household, day and months since the test, and the profile that they make."""


def set_lot(draft: Draft, old: Lot | None, new: Lot | None) -> None:
    """Replace one lot of the book by another, each under the product facts it was booked with."""
    parameters = draft.edition.wealth
    if old is not None and new is not None and replace(old, value_fen=new.value_fen) == new:
        facts, fen = _facts(draft, old), new.value_fen
        draft.book = revalue_lot(draft.book, old, facts, parameters, value_fen=fen)
        return
    if old is not None:
        draft.book = remove_lot(draft.book, old, _facts(draft, old), parameters)
    if new is not None:
        draft.book = add_lot(draft.book, new, _facts(draft, new), parameters)


def lot_of(
    draft: Draft, holding: Holding, value_fen: int, product: Product, cash: int | None
) -> Lot:
    """A lot as of today; days count in the client's own calendar.

    It is cash when it matures, or sooner if somebody says so; only a lot of which neither is known
    has the usual days of its product.
    """
    left = None if holding.maturity is None else max(0, (holding.maturity - today(draft)).days)
    days = [known for known in (cash, left) if known is not None]
    return Lot(
        product=product.product,
        facts_version=product.version,
        value_fen=value_fen,
        days_to_cash=min(days, default=product.days_to_cash),
        days_to_maturity=left,
        idle=product.idle,
        rolls_over=False,
    )


def follow_parameters(draft: Draft) -> bool:
    """Before anything else happens: add up and score anew if another parameter set is in force.

    Under the calendar of the last score, so that the whole movement is the set's; what time or an
    event does comes after it, with causes of its own. Was there anything to do? Then the draft's
    cause is the set.
    """
    old, parameters = draft.scored, draft.edition.wealth
    known = ("", parameters.id)
    if draft.book.parameter_set in known and old.parameters in known:
        return False
    name = f"{parameters.id}:{draft.reference.offset}:{draft.now}"
    draft.begin(
        a_cause(name, "/suishen/parameters", at=draft.now, kind="parameters"), now=draft.now
    )
    if draft.book.parameter_set not in ("", parameters.id):
        lots = [holding.lot for holding in draft.holdings if holding.lot is not None]
        draft.book = book_of(((lot, _facts(draft, lot)) for lot in lots), parameters)
    if old.parameters not in ("", parameters.id):
        rescore(draft, Causes.PARAMS, at=old.at)
    return True


_LABELS = {str(label): label for label in Label}


class Proof(IntEnum):
    """How far a movement by profile is proven."""

    NONE = 0
    CONFIRMED = 1
    FIRST_TOLD = 2
    """Confirmed, and never told before: it moves the baseline, not the pay."""


def rescore(
    draft: Draft, cause: Causes, *, at: Instant | None = None, proof: Proof = Proof.NONE
) -> None:
    """Score again; publish when the score moved a step or its label changed.

    The first score is a baseline: nothing moved. While a hole in the book is open the score is
    kept back, for it may be wrong.
    """
    old, parameters = draft.scored, draft.edition.wealth
    label = None if old.label is None else _LABELS[old.label]
    found = score(draft.book, profile(draft, at), parameters, previous_label=label)
    new = doubt.surely(draft, found)
    since, parts = old.since, old.profile
    if old.label is not None and new.total != old.total:
        step = new.total - old.total
        since = _with_step(since, str(cause), step)
        if proof is not Proof.NONE:
            confirmed, first = parts
            parts = (confirmed + step, first + step * (proof is Proof.FIRST_TOLD))
    crest = old.crest
    if cause is Causes.PARAMS:  # What another set does is no fall.
        crest += hundredths(new.total) - hundredths(old.total)
    draft.scored = replace(
        old,
        crest=crest,
        total=new.total,
        label=str(new.label),
        coverage=new.coverage,
        since=since,
        parameters=parameters.id,
        at=draft.now if at is None else at,
        profile=parts,
    )
    if cause not in _CALENDAR_STANDS or draft.clock_at is None:
        _set_clock(draft)
    is_news = _moved(draft, new) or new.shown is not _was_shown(draft, old)
    if old.label is not None and not _is_held(draft) and is_news:
        publish(draft, new)
        draft.decide_on("score")


def _with_step(since: dict[str, float], name: str, step: float) -> dict[str, float]:
    """The sums by cause with one step more."""
    if name in since:
        return {**since, name: since[name] + step}
    # In order of name: a state read back lists them so, and a repeated step must match.
    return dict(sorted({**since, name: step}.items()))


_CALENDAR_STANDS = frozenset({Causes.TRADE, Causes.PRICE, Causes.FLOW})
"""Causes that leave birthday and risk test as they are: the timer set for them stands."""


def publish(draft: Draft, new: Score, *, starts_over: bool = False) -> None:
    """Say the score, with the sums by cause since it was last said."""
    draft.conclude(
        WealthScored,
        WealthScore(
            total=new.total if new.shown else None,
            label=new.label.value if new.shown else None,
            coverage=new.coverage,
            points=tuple(
                None if missing else points
                for points, missing in zip(new.points, new.missing, strict=True)
            ),
            by_cause=draft.scored.since,
            profile=_parts(draft.scored),
            parameters=new.parameter_set,
            starts_over=starts_over,
            under_previous=_under_previous(draft, new),
        ),
    )
    draft.scored = replace(
        draft.scored,
        published=new.total,
        published_label=new.label.value,
        since={},
        profile=(0.0, 0.0),
        crest=max(draft.scored.crest, hundredths(new.total)),
    )


def hundredths(points: float) -> int:
    """A total in hundredths of a point: 3 bytes instead of 9."""
    return round(points * 100)


def _parts(scored: Scored) -> ProfileParts | None:
    confirmed, first = scored.profile
    return ProfileParts(confirmed=confirmed, first_told=first) if confirmed or first else None


def start_over(draft: Draft) -> None:
    """After a baseline: the score as it stands is the first one said."""
    draft.scored = Scored(peak_fen=holdings_fen(draft))
    rescore(draft, Causes.PROFILE)
    new = score(draft.book, profile(draft), draft.edition.wealth)
    publish(draft, doubt.surely(draft, new), starts_over=True)


def _under_previous(draft: Draft, new: Score) -> ScoreUnder | None:
    """The same client now under the set before, while both series are told."""
    before = draft.edition.wealth_before
    if before is None or draft.now >= before.until:
        return None
    lots = [holding.lot for holding in draft.holdings if holding.lot is not None]
    book = book_of(((lot, _facts(draft, lot)) for lot in lots), before.parameters)
    total = score(book, profile(draft, draft.scored.at), before.parameters).total
    return ScoreUnder(parameters=before.parameters.id, total=total if new.shown else None)


def holdings_fen(draft: Draft) -> int:
    """The book's value."""
    return draft.book.value_fen


def idle_fen(draft: Draft) -> int:
    """What lies idle: current accounts and money funds."""
    return draft.book.idle_fen


def invested_fen(draft: Draft) -> int | None:
    """What stands in anything but deposits; `None` while a position is in doubt."""
    if any(holding.doubt for holding in draft.holdings):
        return None
    lots = (holding.lot for holding in draft.holdings if holding.lot is not None)
    return sum(lot.value_fen for lot in lots if _facts(draft, lot).kind is not ProductKind.DEPOSIT)


def next_edge(draft: Draft, maturity: date) -> Instant | None:
    """The next local midnight at which a maturing lot crosses an edge; `None` after maturity."""
    notice = draft.edition.triggers.maturity_notice_days
    edges = (*draft.edition.wealth.book.edges, notice)
    still = (maturity - today(draft)).days
    days = [left for left in edges if left < still]
    if not days:
        return None
    day = date.fromordinal(maturity.toordinal() - max(days))
    return start_of_day(day, utc_offset_minutes=draft.served.utc_offset_minutes)


def held(draft: Draft) -> list[tuple[str, Lot, ProductFacts]]:
    """Every lot by account and product, with the facts that it was booked under."""
    return [
        (holding.name, holding.lot, _facts(draft, holding.lot))
        for holding in draft.holdings
        if holding.lot is not None
    ]


def _facts(draft: Draft, lot: Lot) -> ProductFacts:
    key = (lot.product, lot.facts_version, lot.fee_class)
    made = draft.reference.derived(_no_facts)
    if key not in made:
        product = draft.reference.product(lot.product, lot.facts_version)
        if product is None:
            raise LookupError(f"product '{key[0]}' version {key[1]} left the reference")
        made[key] = facts_of(product, lot.fee_class)
    return made[key]


_Facts = dict[tuple[str, int, str | None], ProductFacts]
"""By product, version and fee class, as far as lots have asked for them."""


def _no_facts(_reference: Reference) -> _Facts:
    return {}


def _moved(draft: Draft, new: Score) -> bool:
    said = draft.scored
    label = None if said.published_label is None else _LABELS[said.published_label]
    return should_emit(said.published, label, new, draft.edition.wealth)


def _was_shown(draft: Draft, old: Scored) -> bool:
    return old.coverage >= draft.edition.wealth.total.shown_from


def _is_held(draft: Draft) -> bool:
    return any(hole.family in {"book", "profile"} for hole in draft.holes)


def _set_clock(draft: Draft) -> None:
    """The next birthday, the day the risk test lapses, or a month in which its age costs points."""
    household, offset = draft.household, draft.served.utc_offset_minutes
    due: list[Instant] = []
    if household.birth is not None:
        birthday = _birthday_after(household.birth, today(draft))
        due.append(start_of_day(birthday, utc_offset_minutes=offset))
    if household.tested_at is not None:
        lasts = months_later(_day(draft, household.tested_at), _test_months(draft))
        lapses = date.fromordinal(lasts.toordinal() + 1)
        due.append(start_of_day(lapses, utc_offset_minutes=offset))
        month = (draft.now - household.tested_at) // _MONTH + 1
        months = draft.edition.wealth.risk.test_months
        if month < months.stop:
            month = max(month, months.start)
            due.append(Instant(household.tested_at + month * _MONTH))
    draft.clock_at = min((at for at in due if at > draft.now), default=None)


def _test_months(draft: Draft) -> int:
    """So long a test is valid (S07)."""
    return draft.edition.conduct.rules["s07"].numbers["test_months"]


def _birthday_after(birth: date, day: date) -> date:
    year = day.year if (day.month, day.day) < (birth.month, birth.day) else day.year + 1
    leap_day = (birth.month, birth.day) == (2, 29)
    return date(year, 3, 1) if leap_day and not _is_leap(year) else birth.replace(year=year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _age(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def today(draft: Draft) -> date:
    """The client's own day."""
    return _day(draft, draft.now)


def _day(draft: Draft, moment: Instant) -> date:
    return local_day(moment, utc_offset_minutes=draft.served.utc_offset_minutes)
