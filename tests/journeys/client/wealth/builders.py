"""A lot, a household, a set of parameters: a test names only what matters."""

from msgspec.structs import replace

from journeys.client.wealth.book import Book, Lot, book_of
from journeys.client.wealth.parameters import WealthParameters
from journeys.client.wealth.product import ProductFacts, ProductKind
from journeys.client.wealth.profile import Profile
from journeys.client.wealth.rules import FiveWhole
from tests.journeys.client.wealth.golden import in_force

PARAMETERS = in_force()
CASH: FiveWhole = (10_000, 0, 0, 0, 0)
FIX: FiveWhole = (0, 10_000, 0, 0, 0)
BOND: FiveWhole = (0, 0, 10_000, 0, 0)
EQ: FiveWhole = (0, 0, 0, 10_000, 0)
ALT: FiveWhole = (0, 0, 0, 0, 10_000)

CURRENT = ProductFacts("current", "bank", ProductKind.DEPOSIT, 1, 0, 0, CASH, 0, idle=True)
SAVINGS = ProductFacts("savings", "bank", ProductKind.DEPOSIT, 1, 365, 0, FIX, 0, idle=False)
TREASURY = ProductFacts("treasury", "state", ProductKind.GOVT, 1, 365, 0, FIX, 0, idle=False)
BONDS = ProductFacts("bonds", "house", ProductKind.FUND, 2, 3, 60, BOND, 0, idle=False)
SHARES = ProductFacts("shares", "firm", ProductKind.SINGLE, 5, 1, 10, EQ, 3000, idle=False)


def a_fund(name: str = "fund", **facts) -> ProductFacts:
    """A bond fund of an issuer of its own."""
    return replace(BONDS, product=name, **{"issuer": f"issuer of {name}"} | facts)


def a_lot(facts: ProductFacts, yuan: int, **fields) -> tuple[Lot, ProductFacts]:
    lot = Lot(facts.product, 1, yuan * 100, facts.days_to_cash, None, facts.idle, rolls_over=False)
    return replace(lot, **fields), facts


def a_book(*lots: tuple[Lot, ProductFacts], parameters: WealthParameters = PARAMETERS) -> Book:
    return book_of(lots, parameters)


def a_household(**told) -> Profile:
    """All five answers given; money in fen."""
    answers = {
        "age": 40,
        "annual_income": 30_000_000,
        "essential_spending": 1_000_000,
        "risk_class": 3,
        "horizon_years": 8,
    }
    return Profile(**answers | told)
