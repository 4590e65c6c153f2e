"""Holdings and book on disk: each account and product is named once."""

import msgspec
from msgspec.structs import replace

from journeys.client.state import Holding
from journeys.client.wealth.book import Book


class StoredHeld(msgspec.Struct, frozen=True, array_like=True):
    """Holdings and book, which name accounts and products by their places here."""

    accounts: tuple[str, ...]
    products: tuple[str, ...]
    holdings: tuple[Holding, ...]
    book: Book


def stored_held(holdings: tuple[Holding, ...], book: Book) -> StoredHeld:
    """As they stand on disk."""
    accounts = sorted({one.account for one in holdings})
    lots = {one.lot.product for one in holdings if one.lot is not None}
    products = sorted({one.product for one in holdings} | lots | book.products.keys())
    account_at = {name: str(place) for place, name in enumerate(accounts)}
    product_at = {name: str(place) for place, name in enumerate(products)}
    rows = tuple([_row(one, account_at, product_at) for one in holdings])
    by_place = {product_at[name]: position for name, position in book.products.items()}
    return StoredHeld(tuple(accounts), tuple(products), rows, replace(book, products=by_place))


def _row(one: Holding, account_at: dict[str, str], product_at: dict[str, str]) -> Holding:
    lot = None if one.lot is None else replace(one.lot, product=product_at[one.lot.product])
    account, product = account_at[one.account], product_at[one.product]
    return replace(one, account=account, product=product, lot=lot)


def held_of(held: StoredHeld) -> tuple[tuple[Holding, ...], Book]:
    """Holdings and book again."""
    names, accounts = held.products, held.accounts
    holdings = [
        replace(
            row,
            account=accounts[int(row.account)],
            product=names[int(row.product)],
            lot=None if row.lot is None else replace(row.lot, product=names[int(row.lot.product)]),
        )
        for row in held.holdings
    ]
    # In order of name, as maps stand on disk.
    positions = sorted((names[int(place)], one) for place, one in held.book.products.items())
    return tuple(holdings), replace(held.book, products=dict(positions))
