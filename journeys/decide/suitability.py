"""May it be sold to this client: the move that helps, and every row of law and of the bank on it.

Asked of selling actions only, and last: a move is searched for on the whole shelf. What the record
of the client does not tell blocks the sale, and is named. A licence (S20) is the desk's to judge.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final

from msgspec.structs import replace

from journeys.catalogue.actions import Action, Sells, Treatment
from journeys.catalogue.edition import Edition
from journeys.client.wealth.book import BASIS, Lot, book_of
from journeys.client.wealth.diagnosis import diagnose
from journeys.client.wealth.product import facts_of
from journeys.client.wealth.remedies.prescribe import prescribe_for
from journeys.client.wealth.score import appraise
from journeys.client.wealth.standing import stand
from journeys.decide.candidate import Situation
from journeys.decide.matching.duties import most_by_means
from journeys.decide.matching.gate import Grade, rule_on_level
from journeys.decide.matching.match import Buyer, Offer, Source, buyable
from journeys.decide.matching.moves import buyer_as, buyer_of, sources_of, tried_move
from journeys.decide.matching.search import DEEPER, Room, Search
from journeys.decide.matching.shelf import Shelf, shelf_of
from journeys.decide.matching.terms import Adviser, Kind, terms_of
from journeys.decide.matching.trial import Trial, Tried
from journeys.decide.record import in_doubt, told_of
from journeys.decide.verdict import Ruling, Sale, Withheld
from journeys.reference import Reference
from schemas.decisions import Stage, WithheldReason
from schemas.reference import Product
from schemas.wire import Channel

_SOURCES = 3
_PARTS = (1, 2, 4)
"""Of what a remedy asks to be sold: the whole is tried first, then smaller amounts."""
_SMALLER_HELPS: Final = frozenset(
    {
        WithheldReason.BEYOND_MEANS,
        WithheldReason.LIQUIDITY_AFTER,
        WithheldReason.CONCENTRATION,
    }
)
UNSURE: Final = frozenset({"book", "profile", "risk_test", "unreadable"})
"""Families whose loss may hide what a sale rests on."""


def judge(action: Action, situation: Situation) -> Sale | Withheld | None:
    """The move to propose with all its rows, or why there is none; `None` sells nothing."""
    if action.sells is None:
        return None
    found = situation.sales.get(action.sells)
    if found is None:
        found = gap(situation) or _Line(action.sells, situation).answer()
        situation.sales[action.sells] = found
    return found


def recheck(sale: Sale, situation: Situation) -> Withheld | tuple[Ruling, ...]:
    """The rows of a sale proposed before, as they stand now; or why it may stand no longer."""
    offer = shelf(situation.reference).by_name.get(sale.buy)
    held = next((one for one in situation.held() if one[0] == sale.sell), None)
    no = gap(situation) or _gone(sale, offer, 0 if held is None else held[1].value_fen)
    if no is not None or offer is None or held is None:
        return no or _no(WithheldReason.NOT_ON_SHELF, value=sale.buy)
    above = _above_class(offer, held[1], sale.sold_fen, situation)
    if above is not None:
        return above
    source = Source(held[1], held[2], sale.sold_fen, ())
    move = tried_move(buyer(situation), source, offer, sale.sold_fen)
    if move is None:
        return _no(WithheldReason.NOT_ON_SHELF, value=sale.buy)
    if move.refusals:
        return _from(move.refusals[0])
    if move.gain_points <= 0:
        return _no(WithheldReason.SCORE_WORSE, value=round(move.gain_points, 6), limit=0)
    return move.rulings


def _above_class(offer: Offer, source: Lot, fen: int, situation: Situation) -> Withheld | None:
    """The first row of the table, asked before the book is tried: a re-grade touches thousands."""
    if not buyable(fen, offer) or offer.facts.product == source.product:
        return None
    grade = Grade(offer.regime, offer.facts.level, situation.profile().risk_class)
    found = rule_on_level(grade, situation.edition.suitability)
    return _from(found) if found is not None and found.verdict == "block" else None


def gap(situation: Situation) -> Withheld | None:
    """What the record may hide: an event that could not be read, a figure that is in doubt."""
    hole = next((hole for hole in situation.state.holes if hole.family in UNSURE), None)
    if hole is not None:
        return _no(WithheldReason.HOLE_IN_RECORD, value=hole.family)
    doubt = in_doubt(situation.state)
    return None if doubt is None else _no(WithheldReason.DATA_MISSING, value=doubt)


def _gone(sale: Sale, offer: Offer | None, has: int) -> Withheld | None:
    """The product is sold no longer, or the money has found another use."""
    if offer is None:
        return _no(WithheldReason.NOT_ON_SHELF, value=sale.buy)
    if has < sale.sold_fen:
        return _no(WithheldReason.GOAL_ALREADY_MET, value=has, limit=sale.sold_fen)
    return None


def in_person(sale: Sale | None, treatment: Treatment, edition: Edition) -> Withheld | None:
    """A step that only a branch can prove keeps a sale from every other channel."""
    if sale is None or treatment.channel is Channel.BRANCH:
        return None
    return wants_branch(sale, edition)


def wants_branch(sale: Sale, edition: Edition) -> Withheld | None:
    """The first row with a step that only a branch can prove."""
    for ruling in sale.rulings:
        step = next((step for step in ruling.steps if step in edition.suitability.in_person), None)
        if step is not None:
            no_channel = WithheldReason.NO_CHANNEL
            return Withheld(Stage.SUITABILITY, no_channel, ruling.rule, value=step)
    return None


def shelf(reference: Reference) -> Shelf:
    """What may be bought, indexed once for as long as the products stand.

    Private products are on no shelf: who may see them is asked of a person, not of a record (S16).
    """
    return reference.derived(_index)


def offer_of(product: Product) -> Offer:
    """A product as it is bought today."""
    lot = Lot(
        product=product.product,
        facts_version=product.version,
        value_fen=0,
        days_to_cash=product.days_to_cash,
        days_to_maturity=product.term_days,
        idle=product.idle,
        rolls_over=False,
    )
    return Offer(
        name=product.product,
        facts=facts_of(product),
        lot=lot,
        regime=product.regime,
        step_fen=product.step_fen,
        minimum_fen=product.minimum_fen,
        entry_bp=product.entry_bp,
        private=product.private,
    )


def _index(reference: Reference) -> Shelf:
    newest = (reference.product(name) for name in sorted(reference.newest))
    return shelf_of(
        offer_of(product)
        for product in newest
        if product is not None
        and product.on_sale
        and product.private is None
        and sum(product.look_through_bp) == BASIS
    )


class _Client:
    """What every selling action asks of the client, worked out for the first that does."""

    def __init__(self, situation: Situation) -> None:
        self.held, profile = situation.held(), situation.profile()
        pairs = [(lot, facts) for _, lot, facts in self.held]
        adviser = _adviser(situation)
        parameters = adviser.parameters
        book = book_of(pairs, parameters)
        diagnosis = diagnose(book, profile, parameters)
        now = appraise(diagnosis, book.value_fen, parameters)
        self.buyer = _told(buyer_as(book, now, profile, adviser), situation)
        found = prescribe_for(pairs, diagnosis, now, stand(book, profile, parameters))
        self.sources = sources_of(found, pairs)
        self.terms = terms_of(adviser)
        self.trial = Trial(self.buyer, self.terms)
        self.search = Search(self.buyer, adviser.shelf, diagnosis.allocation, self.trial.move)
        self.means = most_by_means(self.buyer.told or {}, adviser.policy)
        self.adviser = adviser
        self._rooms: dict[tuple[str, ...], Room] = {}

    def room(self, regimes: tuple[str, ...]) -> Room:
        """The most to be bought of a product: nothing of a regime that may not be sold."""
        if regimes not in self._rooms:
            whole, asked = self.buyer.before.value_fen, self.adviser.policy.sale["s11"].regimes
            # Of what it reads, not of us: a ring would wait for the collector.
            self._rooms[regimes] = partial(_room, regimes, whole, self.means, asked)
        return self._rooms[regimes]


def _room(
    regimes: tuple[str, ...], whole: int, most: int | None, asked: Collection[str], offer: Offer
) -> int:
    if regimes and offer.regime not in regimes:
        return 0
    is_asked = offer.regime in asked
    # Where even the least is beyond the client's means, the row is left to say so.
    return most if is_asked and most is not None and most >= offer.minimum_fen else whole


class _Line:
    """The search for the move that a selling action may propose."""

    def __init__(self, sells: Sells, situation: Situation) -> None:
        self._sells, self._wanted = sells, frozenset(sells.classes)
        self._client = situation.derived(_Client)
        self._advice = situation.edition.suitability.advice
        self._room = self._client.room(sells.regimes)

    def answer(self) -> Sale | Withheld:
        """The best move that passes, or the reason of the best that does not."""
        may_pay = (one for one in self._client.sources if self._may_pay(one.lot))
        found = list(islice(may_pay, _SOURCES))
        if not found:
            return self._nothing_to_sell()
        tried = [move for source in found for move in self._moves(source)]
        least = self._advice.least_gain
        chosen = _best_fit(tried, least, self._advice.worthy_part)
        if chosen is not None:
            return self._sale(chosen)
        best = max(tried, key=lambda one: (one.gain_points, one.buy), default=None)
        if best is None:
            return _no(WithheldReason.NOT_ON_SHELF)
        if best.refusals:
            return _from(best.refusals[0])
        return _no(WithheldReason.SCORE_WORSE, value=round(best.gain_points, 6), limit=least)

    def _may_pay(self, lot: Lot) -> bool:
        return lot.idle or not self._sells.idle_only

    def _nothing_to_sell(self) -> Withheld:
        """No remedy asks for it; or a missing answer hides that one would."""
        pays = [one for one in self._client.held if self._may_pay(one[1])]
        if pays and self._client.trial.rows.may_miss(self._kinds()):
            _, lot, facts = max(pays, key=lambda one: (one[1].value_fen, one[0]))
            # What a row lacks it lacks of every product alike: the heads of the shelf tell.
            for move in self._of(Source(lot, facts, lot.value_fen, ()), deeper=0):
                missing = next((one for one in move.refusals if _is_gap(one)), None)
                if missing is not None:
                    return _from(missing)
        return _no(WithheldReason.SCORE_WORSE, value=0, limit=self._advice.least_gain)

    def _kinds(self) -> Iterator[Kind]:
        """Of all that may be bought through the action."""
        regimes, terms = self._sells.regimes, self._client.terms
        for main in self._sells.classes:
            yield from (one for one in terms.kinds(main) if not regimes or one.regime in regimes)

    def _moves(self, source: Source) -> list[Tried]:
        """Moves out of one source; smaller ones if only the amount of all was refused."""
        found: list[Tried] = []
        for part in _PARTS:
            # What is too little to buy at all tells no reason: that of the larger amount stands.
            found = self._of(replace(source, fen=source.fen // part)) or found
            if any(not move.refusals for move in found):
                break
            if not any(_is_too_much(move.refusals) for move in found):
                break
        return found

    def _of(self, source: Source, *, deeper: int = DEEPER) -> list[Tried]:
        search = partial(
            self._client.search.moves, source, self._wanted, room=self._room, deeper=deeper
        )
        # Only where nothing else is left a product above class or horizon tells the reason.
        return search() or search(unfit=True)

    def _sale(self, move: Tried) -> Sale:
        offer = self._client.adviser.shelf.by_name[move.buy]
        sell = next(
            name
            for name, lot, _ in self._client.held
            if lot.product == move.sell and lot.value_fen >= move.sold_fen
        )
        return Sale(
            sell=sell,
            buy=move.buy,
            version=offer.lot.facts_version,
            sold_fen=move.sold_fen,
            bought_fen=move.bought_fen,
            gain_points=move.gain_points,
            rulings=move.rulings,
        )


def buyer(situation: Situation) -> Buyer:
    """The client with what their record tells for the rows of law."""
    pairs = [(lot, facts) for _, lot, facts in situation.held()]
    return _told(buyer_of(pairs, situation.profile(), _adviser(situation)), situation)


def _adviser(situation: Situation) -> Adviser:
    edition = situation.edition
    return Adviser(shelf(situation.reference), edition.wealth, edition.suitability)


def _told(client: Buyer, situation: Situation) -> Buyer:
    return replace(client, told=told_of(situation, client.profile, client.before.value_fen))


def _best_fit(tried: Sequence[Tried], least: float, worthy_part: float) -> Tried | None:
    """The most points by yuan, of those that may be and bring a fair part of the most there is.

    In order of gain, then of worth: the rows run only of moves that could be it.
    """
    enough = [move for move in tried if move.gain_points >= least]
    by_gain = sorted(enough, key=lambda one: -one.gain_points)
    most = next((move.gain_points for move in by_gain if not move.refusals), None)
    if most is None:
        return None
    worthy = [move for move in enough if move.gain_points >= worthy_part * most]
    by_worth = sorted(worthy, key=lambda one: (-one.per_yuan, one.buy, one.sell))
    return next((move for move in by_worth if not move.refusals), None)


def _is_too_much(refusals: Sequence[Ruling]) -> bool:
    return bool(refusals) and all(one.reason in _SMALLER_HELPS for one in refusals)


def _is_gap(ruling: Ruling) -> bool:
    return ruling.reason is WithheldReason.DATA_MISSING


def _from(ruling: Ruling) -> Withheld:
    reason = ruling.reason or WithheldReason.DATA_MISSING
    return Withheld(Stage.SUITABILITY, reason, ruling.rule, ruling.value, ruling.limit)


def _no(
    reason: WithheldReason, *, value: str | float | None = None, limit: float | None = None
) -> Withheld:
    return Withheld(Stage.SUITABILITY, reason, value=value, limit=limit)
