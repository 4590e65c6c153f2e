"""The wealth book of this client, its score, and what the score's movement means."""

from datetime import date

from msgspec.structs import replace

from journeys.client.state import Holding, Scored
from journeys.client.steps.draft import Draft
from journeys.client.wealth.attribution import Causes
from journeys.client.wealth.book import Lot, add_lot, book_of, remove_lot
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.score import Label, Score, score
from schemas.facts import WealthScore, WealthScored
from schemas.reference import Product
from schemas.time import DAY, Instant, local_day, start_of_day

_MONTH_DAYS = 365.25 / 12
_LAST_TEST_MONTH = 18
"""Past this month the age of a risk test costs no more points."""


def facts_of(product: Product) -> ProductFacts:
    """A product as the book reads it: the higher of the two risk levels counts (S05)."""
    return ProductFacts(
        product=product.product,
        issuer=product.issuer,
        kind=ProductKind(product.kind),
        level=max(product.issuer_level, product.seller_level),
        days_to_cash=product.days_to_cash,
        fee_bp=product.fee_bp,
        look_through=product.look_through_bp,
        idiosyncratic_bp=product.idiosyncratic_bp,
        idle=product.idle,
    )


def profile(draft: Draft) -> Profile:
    """The household as it stands today: age and age of the risk test follow the calendar."""
    household = draft.household
    today = _today(draft)
    age = None if household.birth is None else _age(household.birth, today)
    if household.tested_at is None:
        return replace(household.told, age=age)
    months = int((draft.now - household.tested_at) / DAY / _MONTH_DAYS)
    return replace(household.told, age=age, ra_months=max(0, months))


def set_lot(draft: Draft, old: Lot | None, new: Lot | None) -> None:
    """Replace one lot of the book by another, each under the product facts it was booked with."""
    _follow_parameters(draft)
    parameters = draft.edition.wealth
    if old is not None:
        draft.book = remove_lot(draft.book, old, _facts(draft, old), parameters)
    if new is not None:
        draft.book = add_lot(draft.book, new, _facts(draft, new), parameters)


def lot_of(
    draft: Draft, holding: Holding, value_fen: int, product: Product, cash: int | None
) -> Lot:
    """A lot as of today; days count in the client's own calendar."""
    today = _today(draft)
    left = None if holding.maturity is None else max(0, (holding.maturity - today).days)
    return Lot(
        product=product.product,
        facts_version=product.version,
        value_fen=value_fen,
        days_to_cash=cash if cash is not None else (left or product.days_to_cash),
        days_to_maturity=left,
        idle=product.idle,
        rolls_over=False,
    )


def rescore(draft: Draft, cause: Causes) -> None:
    """Score again; publish when the score moved a step or its label changed.

    The first score is a baseline: nothing moved. While a hole in the book is open the score is
    kept back, for it may be wrong.
    """
    _follow_parameters(draft)
    old = draft.scored
    label = None if old.label is None else Label(old.label)
    new = score(draft.book, profile(draft), draft.edition.wealth, previous_label=label)
    since = dict(old.since)
    if old.label is not None and new.total != old.total:
        since[cause.value] = since.get(cause.value, 0.0) + (new.total - old.total)
    draft.scored = replace(
        old, total=new.total, label=new.label.value, coverage=new.coverage, since=since
    )
    _set_clock(draft)
    if old.label is not None and not _is_held(draft) and _moved(draft, new):
        publish(draft, new)
        draft.decide_on("score")


def publish(draft: Draft, new: Score) -> None:
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
            parameters=new.parameter_set,
        ),
    )
    draft.scored = replace(
        draft.scored, published=new.total, published_label=new.label.value, since={}
    )


def start_over(draft: Draft) -> None:
    """After a baseline: the score as it stands is the first one said."""
    draft.scored = Scored(peak_fen=holdings_fen(draft))
    rescore(draft, Causes.PROFILE)
    new = score(draft.book, profile(draft), draft.edition.wealth)
    publish(draft, new)


def holdings_fen(draft: Draft) -> int:
    """The book's value."""
    return draft.book.value_fen


def idle_fen(draft: Draft) -> int:
    """What lies idle: current accounts and money funds."""
    return draft.book.idle_fen


def next_edge(draft: Draft, maturity: date) -> Instant | None:
    """The next local midnight at which a maturing lot crosses an edge; `None` after maturity."""
    edges = (*_EDGES, draft.edition.triggers.maturity_notice_days)
    today = _today(draft)
    days = [left for left in edges if left < (maturity - today).days]
    if not days:
        return None
    day = date.fromordinal(maturity.toordinal() - max(days))
    return start_of_day(day, utc_offset_minutes=draft.served.utc_offset_minutes)


_EDGES = (90, 30, 7, 1, 0)
"""Days to maturity at which a lot's liquidity or roll-over share changes (wealth, section 4)."""


def _follow_parameters(draft: Draft) -> None:
    """Add the book up anew when the parameter set in force has changed; its own cause."""
    if draft.book.parameter_set in ("", draft.edition.wealth.id):
        return
    lots = [holding.lot for holding in draft.holdings if holding.lot is not None]
    draft.book = book_of(((lot, _facts(draft, lot)) for lot in lots), draft.edition.wealth)
    rescore(draft, Causes.PARAMS)


def _facts(draft: Draft, lot: Lot) -> ProductFacts:
    product = draft.reference.product(lot.product, lot.facts_version)
    if product is None:
        raise LookupError(f"product '{lot.product}' version {lot.facts_version} left the reference")
    return facts_of(product)


def _moved(draft: Draft, new: Score) -> bool:
    scored = draft.scored
    if scored.published is None or scored.published_label != new.label.value:
        return True
    return abs(new.total - scored.published) >= draft.edition.triggers.wealth_step_points


def _is_held(draft: Draft) -> bool:
    return any(hole.family in {"book", "profile"} for hole in draft.holes)


def _set_clock(draft: Draft) -> None:
    """The next birthday, or the next month between 12 and 18 of the risk test."""
    household, offset = draft.household, draft.served.utc_offset_minutes
    due: list[Instant] = []
    if household.birth is not None:
        birthday = _birthday_after(household.birth, _today(draft))
        due.append(start_of_day(birthday, utc_offset_minutes=offset))
    if household.tested_at is not None:
        month = int((draft.now - household.tested_at) / DAY / _MONTH_DAYS) + 1
        if month <= _LAST_TEST_MONTH:
            due.append(Instant(household.tested_at + int(max(month, 12) * _MONTH_DAYS * DAY) + 1))
    draft.clock_at = min((at for at in due if at > draft.now), default=None)


def _birthday_after(birth: date, today: date) -> date:
    year = today.year if (today.month, today.day) < (birth.month, birth.day) else today.year + 1
    leap_day = (birth.month, birth.day) == (2, 29)
    return date(year, 3, 1) if leap_day and not _is_leap(year) else birth.replace(year=year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _age(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _today(draft: Draft) -> date:
    return local_day(draft.now, utc_offset_minutes=draft.served.utc_offset_minutes)
