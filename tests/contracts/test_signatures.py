"""Who drafted and who released a catalogue, on SQLite and on a real PostgreSQL."""

import pytest
from sqlalchemy.exc import IntegrityError

from journeys.catalogue.signing import why_unsigned
from schemas.time import HOUR, Instant
from streams.readmodel.projector import Projector
from streams.readmodel.signatures import Change, SignatureBook, drafts, releases
from tests.builders import MONDAY_10

pytestmark = pytest.mark.untraced

OLD = {"tags.toml": '[[tag]]\nid = "a"\n'}
NEW = {"tags.toml": '[[tag]]\nid = "b"\n'}
CHANGE = Change.of(OLD, NEW, 1)
LATER = Instant(MONDAY_10 + HOUR)


@pytest.fixture
def book(database):
    return SignatureBook(database)


def test_the_first_to_sign_is_the_author_and_the_second_releases(book):
    assert book.signed(CHANGE) is None
    assert book.sign(CHANGE, by="anna", now=MONDAY_10) == ("anna", MONDAY_10, None, None)
    assert book.signed(CHANGE) is None
    assert book.sign(CHANGE, by="bo", now=LATER) == ("anna", MONDAY_10, "bo", LATER)
    signed = book.signed(CHANGE)
    assert (signed.author, signed.releaser, signed.releaser_at) == ("anna", "bo", LATER)
    assert why_unsigned(signed, OLD, NEW, 1) is None


def test_an_author_does_not_release(book):
    book.sign(CHANGE, by="anna", now=MONDAY_10)
    with pytest.raises(ValueError, match="somebody else has to release it"):
        book.sign(CHANGE, by="anna", now=LATER)
    assert book.find(CHANGE) == ("anna", MONDAY_10, None, None)


def test_a_third_signature_adds_nothing(book):
    for name in ("anna", "bo", "chen"):
        book.sign(CHANGE, by=name, now=MONDAY_10)
    assert book.find(CHANGE).releaser == "bo"


def test_the_same_files_over_another_catalogue_are_another_change(book):
    book.sign(CHANGE, by="anna", now=MONDAY_10)
    book.sign(CHANGE, by="bo", now=MONDAY_10)
    assert book.signed(Change.of({}, NEW, 1)) is None
    assert book.sign(Change.of({}, NEW, 1), by="bo", now=LATER).author == "bo"


def test_the_same_difference_is_another_change_once_something_else_was_in_force(book):
    for name in ("anna", "bo"):
        book.sign(CHANGE, by=name, now=MONDAY_10)
    assert book.signed(Change.of(OLD, NEW, 3)) is None


@pytest.mark.parametrize(
    "row",
    [
        {"releaser": "anna"},
        {"releaser": "bo", "diff": "another"},
        {"releaser": "bo", "catalogue": "another"},
        {"releaser": "anna", "author": "bo"},
    ],
)
def test_the_database_itself_refuses(book, database, row):
    book.sign(CHANGE, by="anna", now=MONDAY_10)
    whole = {**CHANGE._asdict(), "author": "anna", "releaser_at": LATER} | row
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(releases.insert(), whole)


def test_a_draft_that_was_released_cannot_change_its_author(book, database):
    book.sign(CHANGE, by="anna", now=MONDAY_10)
    book.sign(CHANGE, by="bo", now=MONDAY_10)
    with pytest.raises(IntegrityError), database.begin() as connection:
        connection.execute(drafts.update().values(author="bo"))


def test_a_rebuilt_read_model_forgets_no_signature(book, database):
    book.sign(CHANGE, by="anna", now=MONDAY_10)
    projector = Projector(database, None)
    projector.rebuild()
    projector.close()
    assert book.find(CHANGE).author == "anna"
