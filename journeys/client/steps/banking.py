"""What core systems say: positions, flows, profile, risk test, baseline, reversals."""

from datetime import date

from msgspec.structs import replace

from journeys.client.contact import ledger as slots
from journeys.client.state import Allowed, Holding, Household, Seen
from journeys.client.steps import behaviour, consents, journeys, tasks, wealth
from journeys.client.steps.draft import Draft
from journeys.client.wealth.attribution import Causes
from journeys.client.wealth.book import Lot
from journeys.identity import short_hash
from schemas.envelope import Envelope
from schemas.facts import Effect
from schemas.reference import Product
from schemas.signals import corebank
from schemas.signals.corebank import PositionCause
from schemas.time import Instant, start_of_day

MAX_HOLDINGS = 48
_CAUSES = {
    PositionCause.TRADE: Causes.TRADE,
    PositionCause.PRICE: Causes.PRICE,
}
_MARKET = "CNY"


def on_position(draft: Draft, event: corebank.PositionReported) -> None:
    """Take the position as it stands now; an older version changes nothing."""
    said = event.data
    old = _find(draft, said)
    if old is not None and said.version <= old.version:
        draft.set_aside(event, Effect.STALE, "older_version")
        return
    if old is not None and said.version > old.version + 1:
        draft.set_aside(event, Effect.VERSION_GAP, "resync_wanted")
    before = 0 if old is None or old.lot is None else old.lot.value_fen
    new = _book(draft, event, said, old)
    if new is None:
        return
    _notice_change(draft, said, old, new, before)
    wealth.rescore(draft, _CAUSES.get(said.cause, Causes.FLOW))


def on_flow(draft: Draft, event: corebank.FlowPosted) -> None:
    """Money moved: evidence, and perhaps the start of a journey. The book follows positions."""
    said, limits = event.data, draft.edition.triggers
    spend = draft.household.told.essential_spending
    if said.amount.currency != _MARKET or spend is None:
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
    if said.amount.currency == _MARKET:
        journeys.trigger(draft, "inflow", variables, (draft.cause.mark,))


def on_profile(draft: Draft, event: corebank.ProfileChanged) -> None:
    """New facts about the household, by version."""
    if event.data.version <= draft.household.version:
        draft.set_aside(event, Effect.STALE, "older_version")
        return
    draft.household = replace(_told(draft.household, event.data.fields), version=event.data.version)
    wealth.rescore(draft, Causes.PROFILE)


def on_risk_test(draft: Draft, event: corebank.RiskTestTaken) -> None:
    """A new class. A test that anybody but the client took is not counted (S10)."""
    said, known = event.data, draft.household.tested_at
    if said.actor != "client" or said.device != "client":
        draft.set_aside(event, Effect.REFUSED, "test_not_by_client")
        return
    if known is not None and said.taken_at < known:
        draft.set_aside(event, Effect.STALE, "older_than_known")
        return
    # Its date is the client's own doing; the class it gives is not (wealth, section 12).
    draft.household = replace(draft.household, tested_at=said.taken_at)
    wealth.rescore(draft, Causes.PROFILE)
    told = replace(draft.household.told, risk_class=said.risk_class)
    draft.household = replace(draft.household, told=told)
    wealth.rescore(draft, Causes.CLASS_CHANGE)
    behaviour.note(draft, "risk_test_passed")
    draft.decide_on("risk_test")


def on_baseline(draft: Draft, event: corebank.BaselineLoaded) -> None:
    """Load what is known on day 0; it triggers no contact and counts past touches."""
    said = event.data
    draft.served = consents.served(said.service, event.time)
    draft.allowed = Allowed(
        marketing=said.consents.marketing,
        marketing_at=event.time,
        profiling=said.consents.profiling,
        profiling_at=event.time,
        methods=consents.methods_of(said.consents.methods),
    )
    draft.complaints = tuple(sorted({*draft.complaints, *said.open_complaints}))
    draft.household = _told(draft.household, said.fields)
    if said.risk_test is not None and said.risk_test.actor == "client":
        told = replace(draft.household.told, risk_class=said.risk_test.risk_class)
        draft.household = replace(draft.household, told=told, tested_at=said.risk_test.taken_at)
    for position in said.positions:
        old = _find(draft, position)
        if old is None or position.version > old.version:
            _book(draft, event, position, old)
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
    row = draft.edition.recalls.get(said.type.removeprefix("org.suishen.").rsplit(".v", 1)[0])
    if all(seen.event != mark for seen in draft.seen):
        # The reversal overtook its event: when that comes, it is known already.
        draft.seen = (*draft.seen, Seen(said.time, mark))
    if row is None or row.evidence:
        behaviour.forget(draft, mark)
    if row is None or row.journeys:
        journeys.recall_cause(draft, mark, "reversed")
    if row is None or row.tasks:
        for task in draft.tasks:
            if mark in task.causes:
                tasks.recall(draft, task, "cause_reversed")
    draft.decide_on("correction")


def on_edge(draft: Draft, holding: Holding) -> None:
    """A maturing lot comes nearer to cash; a week before maturity that may start a journey."""
    if holding.lot is None or holding.maturity is None:
        return
    product = draft.reference.product(holding.lot.product, holding.lot.facts_version)
    if product is None:
        return
    lot = wealth.lot_of(draft, holding, holding.lot.value_fen, product, None)
    lot = replace(lot, rolls_over=holding.lot.rolls_over)
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
) -> Holding | None:
    """Put a position into book and holdings; `None` if the book cannot hold it."""
    product = draft.reference.product(said.product)
    fits = product is not None and said.value.currency == _MARKET and said.value.amount_minor >= 0
    due = None if said.maturity is None else wealth.next_edge(draft, said.maturity)
    holding = Holding(
        said.account, said.product, said.version, None, said.maturity, due, draft.cause.mark
    )
    if fits and product is not None and said.value.amount_minor > 0:
        lot = wealth.lot_of(draft, holding, said.value.amount_minor, product, said.days_to_cash)
        holding = replace(holding, lot=replace(lot, rolls_over=said.rolls_over))
    wealth.set_lot(draft, None if old is None else old.lot, holding.lot)
    _put(draft, holding)
    if not fits:
        reason = "unknown_product" if product is None else "not_in_market_currency"
        draft.set_aside(event, Effect.NOT_BOOKED, reason)
        return None
    return holding


def _notice_change(
    draft: Draft, said: corebank.Position, old: Holding | None, new: Holding, before: int
) -> None:
    """What a change of position means beyond the book: placed, grown, fallen, put off."""
    grown = said.value.amount_minor - before
    product = draft.reference.product(said.product)
    if said.cause is PositionCause.TRADE and grown > 0 and product is not None:
        if not product.idle and _suits(draft, product):
            journeys.note_placed(draft, grown)
        behaviour.settle_need(draft, "invest_idle")
    if said.cause is PositionCause.PRICE:
        _watch_fall(draft)
    else:
        draft.scored = replace(draft.scored, peak_fen=wealth.holdings_fen(draft))
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


def _suits(draft: Draft, product: Product) -> bool:
    level = max(product.issuer_level, product.seller_level)
    risk_class = draft.household.told.risk_class
    return risk_class is not None and level <= risk_class


def _watch_fall(draft: Draft) -> None:
    value, peak = wealth.holdings_fen(draft), draft.scored.peak_fen
    tolerable = draft.household.told.tolerable_loss
    if value > peak:
        draft.scored = replace(draft.scored, peak_fen=value)
    elif tolerable is not None and peak > 0 and (peak - value) / peak > tolerable:
        behaviour.note(draft, "drawdown")
        draft.scored = replace(draft.scored, peak_fen=value)


def _told(household: Household, fields: corebank.ProfileFields) -> Household:
    """The household with the fields that were said; the rest stays."""
    said = {name: value for name, value in fields if value is not None}
    birth = said.pop("birth", household.birth)
    goals = said.pop("goals", None)
    told = replace(household.told, **{n.removesuffix("_fen"): v for n, v in said.items()})
    if goals is not None:
        told = replace(told, goals=tuple((goal.amount_fen, goal.years) for goal in goals))
    return replace(household, birth=birth, told=told)


def _find(draft: Draft, said: corebank.Position) -> Holding | None:
    return next(
        (h for h in draft.holdings if h.product == said.product and h.account == said.account), None
    )


def _put(draft: Draft, holding: Holding) -> None:
    """Keep a holding; beyond the cap the positions closed longest ago are forgotten."""
    rest = [h for h in draft.holdings if h.name != holding.name]
    if len(rest) >= MAX_HOLDINGS:
        closed = next((h for h in rest if h.lot is None), None)
        if closed is not None:
            rest.remove(closed)
    draft.holdings = (*rest, holding)
