"""A state read from its bytes is the state that was written."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.client.contact.ledger import Hold, Ledger, Touch
from journeys.client.intent.evidence import Evidence, Item, Residual
from journeys.client.seen import Seen
from journeys.client.state import ClientState, Holding, Household, Retold
from journeys.client.stored import codec
from journeys.client.stored.codec import decode, encode
from journeys.client.stored.columns import of_column, to_column
from journeys.client.stored.household import StoredHousehold
from journeys.client.stored.work import StoredLedger
from journeys.client.wealth.book import Book, Lot
from journeys.client.wealth.profile import Profile
from schemas.time import DAY, SECOND, Instant
from tests.journeys.client.living import planned

ID = "0123456789abcdef" * 2


def client(**parts):
    return ClientState(client=f"ct_{ID}", **parts)


def reads_back(state):
    """Equal, in the very types, and written again in the same bytes."""
    blob = encode(state)
    found = decode(blob)
    return found == state and repr(found) == repr(state) and encode(found) == blob


def test_a_client_with_tasks_evidence_and_holdings_reads_back():
    state = planned().state
    assert state.tasks
    found = decode(encode(state))  # its maps in order of name
    assert (found, encode(found)) == (state, encode(state))


@pytest.mark.parametrize("last", [1, (1 << 56) - 1, 1 << 56, 1 << 57])
def test_evidence_of_any_year_reads_back(last):
    items = (Item(Instant(0), 7, "product_view"), Item(Instant(last), 8, "holdings_page"))
    state = replace(ClientState(client="ct_1"), evidence=Evidence(items=items))
    assert decode(encode(state)) == state
    assert decode(encode(replace(state, evidence=Evidence()))).evidence == Evidence()


def test_evidence_with_due_times_and_residuals_reads_back():
    items = (
        Item(Instant(SECOND), 7, "product_view"),
        Item(Instant(SECOND + 1), (1 << 63) - 1, "maturity_near", Instant(9 * DAY)),
    )
    left = (Residual(0, DAY, Instant(-5), -0.1), Residual(3, 7 * DAY, Instant(1 << 60), 1 / 3))
    assert reads_back(client(evidence=Evidence(items=items, residuals=left)))


def test_days_of_events_seen_read_back_in_any_order():
    """A decision's time may lie before that of the one before it."""
    assert reads_back(client(seen=Seen(bytes(28), ((20_000, 2), (19_999, 1), (20_007, 1)))))


@pytest.mark.parametrize(
    "name", ["ct_1", f"ct_{ID}", f"ct_{ID.upper()}", f"xx_{ID}", "客户-7", "a" * 16, "a" * 17, ""]
)
def test_a_name_of_any_kind_reads_back(name):
    touch = Touch(Instant(1), "call", marketing=True, task=name or None)
    ledger = Ledger(touches=(touch,), holds=(Hold(name, "call", Instant(2)),))
    assert reads_back(replace(client(ledger=ledger), client=name))


def test_two_accounts_with_one_product_and_a_book_read_back():
    lot = Lot("fund", 1, 500, 3, None, idle=False, rolls_over=True, fee_class="A")
    holdings = (
        Holding("b", "fund", 1, lot, date(2027, 1, 31), Instant(DAY)),
        Holding("a", "fund", 2, None, doubt=-1),
        Holding("a", "bond", 3, replace(lot, product="bond", value_fen=0)),
    )
    # Of a lot without value the book holds nothing.
    book = Book(value_fen=500, products={"fund": (500, 1, 2)}, issuers={"z": 1, "y": 2})
    found = decode(encode(client(holdings=holdings, book=book)))
    assert found == client(holdings=holdings, book=book)


def test_more_than_ten_products_stand_in_order_of_name():
    names = [f"p{at:02}" for at in range(25)]
    book = Book(products={name: (at, at, at) for at, name in enumerate(reversed(names))})
    assert list(decode(encode(client(book=book))).book.products) == names


TOLD = Profile(annual_income=100, income_stability=0.7, goals=((5, 2),), risk_class=None)


def retold(**more):
    one = Retold(1, 2, 0, True, None, TOLD, (), 0b11)  # noqa: FBT003 - in the order of the state
    return replace(one, **more)


@pytest.mark.parametrize(
    "changes",
    [
        (retold(),),
        (retold(birth=date(1980, 2, 29)), retold(told=Profile(), at=Instant(5))),
        (retold(told=replace(TOLD, annual_income=None)), retold(said=0, doubts=("birth",))),
        (retold(told=replace(TOLD, debt=0, is_retired=True, tolerable_loss=0.0)), retold()),
    ],
)
def test_what_changes_of_the_profile_replaced_reads_back(changes):
    told = replace(TOLD, risk_class=3, tolerable_loss=0.2, ra_months=3.0)
    household = Household(
        version=3, birth=date(1980, 3, 1), told=told, changes=changes, said=0b101, tested_at=None
    )
    assert reads_back(client(household=household))


def test_no_part_with_a_form_of_its_own_has_a_field_that_is_not_written():
    """Whoever adds one here writes it in `client/stored` as well."""
    assert set(ClientState.__struct_fields__) - {"holdings", "book"} == (
        set(codec._Stored.__struct_fields__) - {"held"}
    )
    assert Household.__struct_fields__ == StoredHousehold.__struct_fields__
    assert Ledger.__struct_fields__ == StoredLedger.__struct_fields__
    assert [len(kind.__struct_fields__) for kind in (Retold, Evidence, Residual, Seen)] == [
        9,
        5,
        4,
        2,
    ]
    assert [len(kind.__struct_fields__) for kind in (Touch, Hold)] == [4, 3]


def test_equal_profiles_give_equal_bytes_however_they_were_made():
    made = Profile(ra_months=float("3.0"), income_stability=float("0.7"), retirement_age=int("60"))
    assert encode(client(household=Household(told=made))) == encode(client())


@given(st.integers(0, 63), st.lists(st.integers(-(1 << 63), (1 << 63) - 1)))
def test_any_column_reads_back(small, numbers):
    for column in (numbers, [abs(number) >> small for number in numbers if number > -(1 << 63)]):
        assert of_column(to_column(column)) == tuple(column)
