"""What core systems say: positions, flows, baseline, reversals (the household: `household`)."""

from datetime import date
from typing import Final

from msgspec.structs import replace

from journeys.client import seen
from journeys.client.contact import ledger as slots
from journeys.client.state import Holding, holding_of
from journeys.client.steps import (
    behaviour,
    cases,
    consents,
    doubt,
    falls,
    household,
    journeys,
    regrade,
    salary,
    tasks,
    wealth,
)
from journeys.client.steps.draft import Draft
from journeys.client.wealth.attribution import Causes
from journeys.client.wealth.book import Lot
from journeys.client.wealth.product import level_of
from journeys.identity import short_hash
from schemas.envelope import Envelope, kind_of
from schemas.facts import Effect
from schemas.reference import Product
from schemas.signals import corebank
from schemas.signals.corebank import PositionCause
from schemas.time import Instant, start_of_day

MAX_HOLDINGS = 48
_MOVERS = (Causes.FLOW, Causes.TRADE, Causes.PRICE)
"""What moves a position, by the code that a holding keeps."""
_CODES = {PositionCause.TRADE: 1, PositionCause.PRICE: 2}


def on_position(draft: Draft, event: corebank.PositionReported) -> None:
    """Take the position as it stands now; an older version changes nothing."""
    said = event.data
    old = holding_of(draft.holdings, said.account, said.product)
    if old is not None and said.version <= old.version:
        _on_known_version(draft, event, said, old)
        return
    old = _under_newest_facts(draft, old)
    before = 0 if old is None or old.lot is None else old.lot.value_fen
    new, is_booked = _book(draft, event, said, old)
    if is_booked:
        _notice_change(draft, said, old, new, before)
        if draft.cases:
            cases.on_position(draft, new)
    wealth.rescore(draft, _MOVERS[new.moved_by])


def _on_known_version(draft: Draft, event: Envelope, said: corebank.Position, old: Holding) -> None:
    """Nothing new; but two of one version that differ leave nobody sure which holds."""
    if not doubt.contradicts(said, old, draft.cause.mark):
        draft.set_aside(event, Effect.STALE, "older_version")
        return
    draft.set_aside(event, Effect.NOT_BOOKED, "contradicts_itself")
    _put_in_doubt(draft, old, abs(said.value.amount_minor))
    wealth.rescore(draft, _MOVERS[old.moved_by])


def _under_newest_facts(draft: Draft, old: Holding | None) -> Holding | None:
    """A re-grade moves the score by itself, before what the position says."""
    if old is None or old.lot is None:
        return old
    product = draft.reference.product(old.product)
    if product is None or product.version <= old.lot.facts_version:
        return old
    if doubt.of_product(product, old.lot.fee_class) is not None:
        return old
    regrade.book_anew(draft, old, old.lot, product)
    wealth.rescore(draft, Causes.CLASS_CHANGE)
    return next(held for held in draft.holdings if held.name == old.name)


def _put_in_doubt(draft: Draft, holding: Holding, fen: int = 0) -> None:
    booked = 0 if holding.lot is None else holding.lot.value_fen
    new = replace(holding, doubt=max(1, fen, booked))
    draft.holdings = tuple(new if held is holding else held for held in draft.holdings)


def on_flow(draft: Draft, event: corebank.FlowPosted) -> None:
    """Money moved: evidence, and perhaps the start of a journey. The book follows positions."""
    said, limits = event.data, draft.edition.triggers
    if said.amount.currency == doubt.MARKET:
        salary.on_flow(draft, said, event.time)
    spend = draft.household.told.essential_spending
    if said.amount.currency != doubt.MARKET or spend is None:
        large_in = large_out = False
    else:
        large_in = said.amount.amount_minor >= limits.inflow_multiple * spend
        large_out = said.amount.amount_minor >= limits.outflow_multiple * spend
    if said.direction == "out":
        if large_out and said.own_account:
            behaviour.note(draft, "transfer_out_large")
        return
    if large_in and not said.own_account:
        behaviour.note(draft, "inflow_large")
    variables: dict[str, str | int | float | bool] = {
        "flow": said.flow,
        "inflow": said.amount.amount_minor,
        "own_account": said.own_account,
        "flow_kind": str(said.kind),
    }
    if said.amount.currency == doubt.MARKET:
        journeys.trigger(draft, "inflow", variables, (draft.cause.mark,))


def on_baseline(draft: Draft, event: corebank.BaselineLoaded) -> None:
    """Load what is known on day 0; it triggers no contact and counts past touches.

    Told again, or late, it takes back nothing that has been said since.
    """
    said = event.data
    if event.time > draft.served.as_of:
        consents.serve(draft, said.service, event.time)
    consents.load(draft, said.consents, event.time)
    draft.complaints = tuple(sorted({*draft.complaints, *said.open_complaints}))
    household.load(draft, event)
    for position in said.positions:
        old = holding_of(draft.holdings, position.account, position.product)
        if old is None or position.version > old.version:
            _book(draft, event, position, old)
        elif doubt.contradicts(position, old, mark=0):
            draft.set_aside(event, Effect.NOT_BOOKED, "contradicts_itself")
            _put_in_doubt(draft, old, abs(position.value.amount_minor))
    keep = Instant(max(0, draft.now - draft.edition.contact.remember_touches))
    for contact in said.contacts:
        touch = slots.Touch(contact.at, str(contact.method), contact.marketing, None)
        draft.ledger = slots.note(draft.ledger, touch, forget_before=keep)
    wealth.start_over(draft)
    draft.occasions.clear()


def on_reversal(draft: Draft, event: corebank.EventReversed) -> None:
    """Take back what the named event caused; the book follows the position that corrects it."""
    said = event.data
    mark = behaviour_mark(said.source, said.id)
    kind = kind_of(said.type)
    row = draft.edition.recalls.get(kind)
    is_known = seen.holds(draft.seen, mark)
    if not is_known:
        # The reversal overtook its event: when that comes, it is known already.
        draft.seen = seen.remember(draft.seen, mark, draft.now)
    _take_back(draft, kind, mark, is_known=is_known)
    if row is None or row.evidence:
        behaviour.forget(draft, mark)
    if row is None or row.journeys:
        journeys.recall_cause(draft, mark, "reversed")
    if row is None or row.tasks:
        for task in draft.tasks:
            if mark in task.causes:
                tasks.recall(draft, task, "cause_reversed")
    cases.recall_cause(draft, mark)
    draft.decide_on("correction")


_POSITION: Final = "corebank.position_reported"
_PROFILE: Final = "corebank.profile_changed"
_TEST: Final = "corebank.risk_test_taken"
_FLOW: Final = "corebank.flow_posted"
_COMPLAINT: Final = "consent.complaint_opened"


def _take_back(draft: Draft, kind: str, mark: int, *, is_known: bool) -> None:
    """All, but of a position: that is in doubt until core says it anew."""
    if kind == _TEST:
        household.take_back_test(draft, mark)
    elif kind == _PROFILE and not is_known:  # By version, so known only if reversed before.
        household.take_back_change(draft, mark)
    elif kind == _FLOW:
        salary.forget(draft, mark)
    elif kind == _COMPLAINT:
        consents.take_back_complaint(draft, mark)
    elif kind == _POSITION:
        for holding in draft.holdings:
            if holding.cause == mark and not holding.doubt:
                _put_in_doubt(draft, holding)
                wealth.rescore(draft, _MOVERS[holding.moved_by])


def on_edge(draft: Draft, holding: Holding) -> None:
    """A maturing lot comes nearer to cash; a week before maturity that may start a journey."""
    if holding.lot is None or holding.maturity is None:
        return
    product = draft.reference.product(holding.lot.product, holding.lot.facts_version)
    if product is None:
        return
    lot = wealth.lot_of(draft, holding, holding.lot.value_fen, product, holding.lot.days_to_cash)
    lot = replace(lot, rolls_over=holding.lot.rolls_over, fee_class=holding.lot.fee_class)
    wealth.set_lot(draft, holding.lot, lot)
    _put(draft, replace(holding, lot=lot, due=wealth.next_edge(draft, holding.maturity)))
    wealth.rescore(draft, Causes.CLOCK)
    if lot.days_to_maturity == draft.edition.triggers.maturity_notice_days:
        _near_maturity(draft, holding, holding.maturity, lot)


def _near_maturity(draft: Draft, holding: Holding, maturity: date, lot: Lot) -> None:
    offset = draft.served.utc_offset_minutes
    at = start_of_day(maturity, utc_offset_minutes=offset)
    if not lot.rolls_over:
        behaviour.note(draft, "maturity_near", due=at)
    variables: dict[str, str | int | float | bool] = {
        "account": holding.account,
        "product": holding.product,
        "maturity": at,
        "maturity_date": maturity.isoformat(),
        "balance": lot.value_fen,
        "proceeds": lot.value_fen,
        "rolls_over": lot.rolls_over,
    }
    journeys.trigger(draft, "maturity_near", variables, (draft.cause.mark, holding.cause))


def behaviour_mark(source: str, event_id: str) -> int:
    """The short hash by which an event is remembered."""
    return short_hash(source, event_id)


def _book(
    draft: Draft, event: Envelope, said: corebank.Position, old: Holding | None
) -> tuple[Holding, bool]:
    """Put a position into book and holdings; what cannot be taken as said is told and in doubt."""
    product = draft.reference.product(said.product)
    complaint = doubt.of_position(said, old, product)
    if seen.holds(draft.seen, draft.cause.mark) and draft.cause.kind == _POSITION:
        complaint = doubt.Complaint(Effect.NOT_BOOKED, "reversed")
    if complaint is not None:
        draft.set_aside(event, *complaint)
    due = None if said.maturity is None else wealth.next_edge(draft, said.maturity)
    holding = Holding(
        account=said.account,
        product=said.product,
        version=said.version,
        lot=None,
        maturity=said.maturity,
        due=due,
        cause=draft.cause.mark,
        moved_by=_moved_by(said, old),
        as_of=said.as_of,
        doubt=doubt.amount(said, complaint),
    )
    is_booked = complaint is None or complaint.is_booked
    if is_booked and product is not None and said.value.amount_minor > 0:
        lot = wealth.lot_of(draft, holding, said.value.amount_minor, product, said.days_to_cash)
        lot = replace(lot, rolls_over=said.rolls_over, fee_class=said.fee_class)
        holding = replace(holding, lot=lot)
    if complaint is not None and complaint.keeps_old and old is not None:
        holding = replace(old, version=said.version, doubt=holding.doubt)
    wealth.set_lot(draft, None if old is None else old.lot, holding.lot)
    _put(draft, holding)
    return holding, is_booked


def _moved_by(said: corebank.Position, old: Holding | None) -> int:
    if said.cause is PositionCause.CORRECTION and old is not None:
        return old.moved_by
    return _CODES.get(said.cause, 0)


def _notice_change(
    draft: Draft, said: corebank.Position, old: Holding | None, new: Holding, before: int
) -> None:
    """What a change of position means beyond the book: placed, grown, fallen, put off."""
    grown = said.value.amount_minor - before
    _count_placed(draft, said, old, grown)
    is_mended = said.cause is PositionCause.CORRECTION and _MOVERS[new.moved_by] is Causes.PRICE
    if said.cause is PositionCause.PRICE:
        falls.watch(draft)
    elif is_mended and grown > 0:
        falls.watch_anew(draft)
    else:
        falls.carry_peak(draft, grown=grown)
    is_new_date = old is None or old.maturity != new.maturity
    if is_new_date and new.lot is not None and new.maturity is not None:
        left, notice = new.lot.days_to_maturity, draft.edition.triggers.maturity_notice_days
        if left is not None and 0 < left <= notice:
            _near_maturity(draft, new, new.maturity, new.lot)
    put_off = old is not None and old.maturity is not None and old.maturity != new.maturity
    if put_off and old is not None and said.cause is not PositionCause.MATURITY:
        journeys.recall_cause(draft, old.cause, "maturity_changed")
    elif old is not None and said.rolls_over and new.lot is not None:
        journeys.recall_cause(draft, old.cause, "rolls_over")


def _count_placed(draft: Draft, said: corebank.Position, old: Holding | None, grown: int) -> None:
    """Money placed suitably counts for the runs under way; what a correction takes back, too.

    So does what was sold, of anything but deposits and cash.
    """
    product = draft.reference.product(said.product)
    is_placing = product is not None and not product.idle and _suits(draft, product)
    if said.cause is PositionCause.TRADE and grown > 0:
        if is_placing:
            journeys.note_placed(draft, grown)
        behaviour.settle_need(draft, "invest_idle")
    is_trade_mended = (
        said.cause is PositionCause.CORRECTION
        and old is not None
        and old.moved_by == _CODES[PositionCause.TRADE]
    )
    if is_trade_mended and is_placing and old is not None:
        journeys.note_placed(draft, grown, since=old.as_of)
    is_sale = is_trade_mended or (said.cause is PositionCause.TRADE and grown < 0)
    if is_sale and product is not None and not (product.idle or product.kind == "DEPOSIT"):
        journeys.note_sold(draft, -grown)


def _suits(draft: Draft, product: Product) -> bool:
    risk_class = draft.household.told.risk_class
    return risk_class is not None and level_of(product) <= risk_class


def _put(draft: Draft, holding: Holding) -> None:
    """Keep a holding; beyond the cap the positions closed longest ago are forgotten."""
    product, account = holding.product, holding.account
    rest = [h for h in draft.holdings if h.product != product or h.account != account]
    if len(rest) >= MAX_HOLDINGS:
        closed = next((h for h in rest if h.lot is None), None)
        if closed is not None:
            rest.remove(closed)
    draft.holdings = (*rest, holding)
