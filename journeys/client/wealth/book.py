"""The additive book: whole-number sums that a change of one lot updates in constant time.

Sums that pass 64 bits are kept as bytes, for the state's encoding has no wider integer.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import msgspec

from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.rules import BookRules, FiveWhole

BASIS = 10_000
"""Basis points in one."""
LIQUID_STEPS, KIND_STEPS = 20, 4
"""Liquidity counts twentieths of a fen (tenths of halves); concentration counts quarters."""

MOST_FEN = 9 * 10**14
"""The largest book: fen × basis points stay inside 64 bits."""

Position = tuple[int, int, int]
"""Of one product: fen, quarters of a fen that concentrate, fen × basis points of own risk."""


class Lot(msgspec.Struct, frozen=True, array_like=True):
    """A holding of one product in one account."""

    product: str
    facts_version: int
    """The version of `ProductFacts` it was booked under, and must be removed under."""
    value_fen: int
    """0 or more."""
    days_to_cash: int
    days_to_maturity: int | None
    """`None`: it does not mature."""
    idle: bool
    rolls_over: bool
    fee_class: str | None = None
    """Of several that the product has; `None` is the usual one."""


class Book(msgspec.Struct, frozen=True, array_like=True):
    """All lots of one client, added up. Equal lots give equal books, whatever their order."""

    parameter_set: str = ""
    """The set it was added up under; empty if it holds nothing."""
    value_fen: int = 0
    by_class: FiveWhole = (0, 0, 0, 0, 0)
    """fen × basis points over CASH, FIX, BOND, EQ, ALT."""
    by_level: FiveWhole = (0, 0, 0, 0, 0)
    """fen, R1 to R5."""
    liquid: int = 0
    """Twentieths of a fen that can be spent in time."""
    fees: int = 0
    """fen × basis points a year."""
    idle_fen: int = 0
    maturing_fen: int = 0
    excess_fees: bytes = b""
    """fen × basis points², of the fee above benchmark, lot by lot, never netted."""
    product_squares: bytes = b""
    """Σ (quarters of a fen)² over products; a bank's deposits are one product."""
    issuer_squares: bytes = b""
    """The same over issuers."""
    own_risk_squares: bytes = b""
    """Σ (fen × basis points of own risk)² over products."""
    products: dict[str, Position] = {}
    issuers: dict[str, int] = {}
    """Quarters of a fen that concentrate, deposits apart."""
    banks: dict[str, int] = {}
    """fen on deposit."""


EMPTY_BOOK = Book()


def book_of(lots: Iterable[tuple[Lot, ProductFacts]], parameters: WealthParameters) -> Book:
    """The book of these lots: how it starts, and how it moves to another parameter set.

    The same bits as adding them one by one, several times as fast.

    Raises:
        ValueError: as for `add_lot`.
    """
    rules = parameters.book
    value = liquid = fees = idle = maturing = excess = 0
    by_class = by_level = _NO_SUMS
    maps = _Maps({}, {}, {})
    for lot, facts in lots:
        fen = lot.value_fen
        _check_lot(lot, facts, most=MOST_FEN - value)
        value += fen
        by_class = spread(by_class, facts.look_through, fen)
        by_level = at_level(by_level, facts.level, fen)
        liquid += fen * liquid_steps(lot.days_to_cash, facts.level, rules)
        fees += fen * facts.fee_bp
        idle += fen * lot.idle
        maturing += fen * is_maturing(lot, rules)
        excess += fen * excess_fee(facts, rules)
        _enter(maps, facts, fen, rules)
    sums = value, by_class, by_level, liquid, fees, idle, maturing, _plus(b"", excess)
    return Book(parameters.id if maps.products else "", *sums, *_squares(maps, rules), *maps)


class _Maps(NamedTuple):
    """Products, issuers and banks while a book is added up."""

    products: dict[str, Position]
    issuers: dict[str, int]
    banks: dict[str, int]


def _enter(maps: _Maps, facts: ProductFacts, fen: int, rules: BookRules) -> None:
    """Note a lot's part in the maps; an entry that is nothing is left out."""
    if not fen:
        return
    old = maps.products.get(facts.product, _NOTHING)
    new = maps.products[facts.product] = _grown(old, facts, rules, fen)
    issuer = facts.issuer
    if facts.kind is ProductKind.DEPOSIT:
        maps.banks[issuer] = maps.banks.get(issuer, 0) + fen
    elif new[1] != old[1]:
        maps.issuers[issuer] = maps.issuers.get(issuer, 0) + new[1] - old[1]


def _squares(maps: _Maps, rules: BookRules) -> tuple[bytes, bytes, bytes]:
    """Sums of squares over products, issuers and own risks."""
    deposits = {bank: uninsured(balance, rules) for bank, balance in maps.banks.items()}
    alone = sum(weight * weight for weight in deposits.values())
    products = alone + sum(position[1] ** 2 for position in maps.products.values())
    issuers = sum(
        (papers + deposits.pop(issuer, 0)) ** 2 for issuer, papers in maps.issuers.items()
    )
    issuers += sum(weight * weight for weight in deposits.values())
    own_risks = sum(position[2] ** 2 for position in maps.products.values())
    return _plus(b"", products), _plus(b"", issuers), _plus(b"", own_risks)


def add_lot(book: Book, lot: Lot, facts: ProductFacts, parameters: WealthParameters) -> Book:
    """The book with one more lot.

    Raises:
        ValueError: the lot is below 0 or not of this product, the book would pass `MOST_FEN`, or
            it was added up under another parameter set (add it up anew with `book_of`).
    """
    _check_lot(lot, facts, most=MOST_FEN - book.value_fen)
    return _moved(book, lot, facts, parameters, lot.value_fen)


def remove_lot(book: Book, lot: Lot, facts: ProductFacts, parameters: WealthParameters) -> Book:
    """The book without a lot that was added under the same facts and parameters.

    Raises:
        ValueError: the book holds less of the product than this, or as for `add_lot`.
    """
    if book.products.get(lot.product, _NOTHING)[0] < lot.value_fen:
        raise ValueError(f"lot of {lot.product!r} is not in the book: was it ever added?")
    return _moved(book, lot, facts, parameters, -lot.value_fen)


def revalue_lot(
    book: Book, lot: Lot, facts: ProductFacts, parameters: WealthParameters, *, value_fen: int
) -> Book:
    """The book with a lot at another value: as removed and added again, in one step.

    Raises:
        ValueError: as for `add_lot` and `remove_lot`.
    """
    step = value_fen - lot.value_fen
    if value_fen < 0 or step > MOST_FEN - book.value_fen:
        raise ValueError(f"lot of {lot.product!r}: a book holds from 0 to {MOST_FEN} fen")
    if book.products.get(lot.product, _NOTHING)[0] < lot.value_fen:
        raise ValueError(f"lot of {lot.product!r} is not in the book: was it ever added?")
    return _moved(book, lot, facts, parameters, step)


def whole(number: bytes) -> int:
    """A sum that is kept as bytes.

    Example:
        >>> whole(b""), whole(bytes([1, 0]))
        (0, 256)
    """
    return int.from_bytes(number)


_NOTHING: Position = (0, 0, 0)
_NO_SUMS: FiveWhole = (0, 0, 0, 0, 0)


def _moved(
    book: Book, lot: Lot, facts: ProductFacts, parameters: WealthParameters, fen: int
) -> Book:
    """The book with `fen` more of the lot, or less."""
    _check(book, lot, facts, parameters)
    rules = parameters.book
    old = book.products.get(lot.product, _NOTHING)
    new = _grown(old, facts, rules, fen)
    products = _with(book.products, lot.product, new, nothing=_NOTHING)
    issuers, banks, product_step, issuer_step = _concentrated(book, facts, rules, (old, new, fen))
    return Book(
        parameters.id if products else "",
        book.value_fen + fen,
        spread(book.by_class, facts.look_through, fen),
        at_level(book.by_level, facts.level, fen),
        book.liquid + fen * liquid_steps(lot.days_to_cash, facts.level, rules),
        book.fees + fen * facts.fee_bp,
        book.idle_fen + fen * lot.idle,
        book.maturing_fen + fen * is_maturing(lot, rules),
        _plus(book.excess_fees, fen * excess_fee(facts, rules)),
        _plus(book.product_squares, product_step),
        _plus(book.issuer_squares, issuer_step),
        _plus(book.own_risk_squares, new[2] * new[2] - old[2] * old[2]),
        products,
        issuers,
        banks,
    )


def _check_lot(lot: Lot, facts: ProductFacts, *, most: int) -> None:
    if not 0 <= lot.value_fen <= most:
        raise ValueError(f"lot of {lot.product!r}: a book holds from 0 to {MOST_FEN} fen")
    if lot.product != facts.product:
        raise ValueError(f"lot of {lot.product!r} under facts of {facts.product!r}")


def _check(book: Book, lot: Lot, facts: ProductFacts, parameters: WealthParameters) -> None:
    if lot.product != facts.product:
        raise ValueError(f"lot of {lot.product!r} under facts of {facts.product!r}")
    if book.parameter_set not in ("", parameters.id):
        raise ValueError(
            f"book was added up under {book.parameter_set!r}, not {parameters.id!r}: use book_of"
        )


def _grown(old: Position, facts: ProductFacts, rules: BookRules, fen: int) -> Position:
    # A bank's deposits concentrate as one, by its whole balance: see _concentrated.
    is_deposit = facts.kind is ProductKind.DEPOSIT
    quarters = 0 if is_deposit else fen * rules.kind_quarters[facts.kind]
    return old[0] + fen, old[1] + quarters, old[2] + fen * facts.idiosyncratic_bp


def _concentrated(
    book: Book, facts: ProductFacts, rules: BookRules, change: tuple[Position, Position, int]
) -> tuple[dict[str, int], dict[str, int], int, int]:
    """Issuers and banks after a change (old, new, fen), and the steps of both sums of squares."""
    old, new, fen = change
    issuer = facts.issuer
    papers, balance = book.issuers.get(issuer, 0), book.banks.get(issuer, 0)
    deposits = uninsured(balance, rules)
    if facts.kind is ProductKind.DEPOSIT:
        after = uninsured(balance + fen, rules)
        product_step = after * after - deposits * deposits
        issuer_step = (papers + after) ** 2 - (papers + deposits) ** 2
        banks = _with(book.banks, issuer, balance + fen, nothing=0)
        return book.issuers, banks, product_step, issuer_step
    product_step = new[1] * new[1] - old[1] * old[1]
    after = papers + new[1] - old[1]
    issuer_step = (after + deposits) ** 2 - (papers + deposits) ** 2
    return _with(book.issuers, issuer, after, nothing=0), book.banks, product_step, issuer_step


def uninsured(balance: int, rules: BookRules) -> int:
    """Quarters of a fen that a balance at one bank concentrates: what no insurance covers."""
    over = balance - rules.deposit_insurance_fen
    return over * rules.kind_quarters[ProductKind.DEPOSIT] if over > 0 else 0


E = TypeVar("E", int, Position)


def _with(held: dict[str, E], name: str, entry: E, *, nothing: E) -> dict[str, E]:
    """A copy with this entry, or without it once it is nothing: equal books have equal maps."""
    copy = held.copy()
    if entry == nothing:
        copy.pop(name, None)
    else:
        copy[name] = entry
    return copy


def spread(sums: FiveWhole, shares: FiveWhole, fen: int) -> FiveWhole:
    """Five sums with so much spread over them by shares."""
    # Written out, for it runs at every change of a position.
    return (
        sums[0] + fen * shares[0],
        sums[1] + fen * shares[1],
        sums[2] + fen * shares[2],
        sums[3] + fen * shares[3],
        sums[4] + fen * shares[4],
    )


def at_level(sums: FiveWhole, level: int, fen: int) -> FiveWhole:
    """Sums by level, R1 to R5, with so much at one."""
    return spread(sums, _LEVELS[level - 1], fen)


_LEVELS: tuple[FiveWhole, ...] = (
    (1, 0, 0, 0, 0),
    (0, 1, 0, 0, 0),
    (0, 0, 1, 0, 0),
    (0, 0, 0, 1, 0),
    (0, 0, 0, 0, 1),
)


def liquid_steps(days: int, level: int, rules: BookRules) -> int:
    """Twentieths of a lot that can be spent in time."""
    for upto, tenths in rules.cash_tenths:
        if days <= upto:
            return tenths * rules.level_halves[level - 1]
    return 0


def is_maturing(lot: Lot, rules: BookRules) -> bool:
    """Does it mature soon, with nothing ordered for it?"""
    days = lot.days_to_maturity
    return days is not None and 0 <= days <= rules.maturing_days and not lot.rolls_over


def excess_fee(facts: ProductFacts, rules: BookRules) -> int:
    """Basis points² a year above what the classes inside usually cost; never below 0."""
    # Written out, for it runs at every change of a position.
    cash, fix, bond, equity, other = facts.look_through
    usual = rules.benchmark_fee_bp
    benchmark = cash * usual[0] + fix * usual[1] + bond * usual[2]
    benchmark += equity * usual[3] + other * usual[4]
    return max(0, facts.fee_bp * BASIS - benchmark)


def _plus(number: bytes, step: int) -> bytes:
    if not step:
        return number
    total = int.from_bytes(number) + step
    return total.to_bytes((total.bit_length() + 7) // 8)
