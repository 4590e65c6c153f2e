"""What was applied of late is known again; what is too old or too much is not."""

from journeys.client.seen import DAYS, MOST, Seen, holds, remember
from schemas.facts import Effect
from schemas.time import DAY, Instant
from tests.builders import Life
from tests.journeys.client.living import INFLOW, effects

MONDAY = Instant(20_600 * DAY)


def after(marks, *, day=0, seen=None):
    seen = seen or Seen()
    for mark in marks:
        seen = remember(seen, mark, Instant(MONDAY + day * DAY))
    return seen


def test_an_event_is_known_again():
    seen = after([7, 8])
    assert holds(seen, 7)
    assert holds(seen, 8)
    assert not holds(seen, 9)


def test_a_mark_that_lies_across_two_others_is_not_one():
    assert not holds(after([1 << 32, 1]), 1 << 48)
    assert not holds(after([0x02030405060708, 0x12131415161718]), 0x05060708121314)


def test_of_more_than_the_most_the_oldest_is_forgotten():
    seen = after(range(MOST + 2))
    assert [mark for mark in range(MOST + 2) if not holds(seen, mark)] == [0, 1]
    assert len(seen.marks) == 7 * MOST
    assert seen.days == ((20_600, MOST),)


def test_the_day_of_the_last_that_is_too_much_is_forgotten_with_it():
    seen = after(range(2, MOST + 2), day=1, seen=after([0, 1]))
    assert seen.days == ((20_601, MOST),)
    assert not holds(seen, 1)


def test_after_seven_days_it_is_forgotten_and_takes_no_room():
    first = after([1, 2])
    assert holds(after([3], day=DAYS, seen=first), 1)
    late = after([3], day=DAYS + 1, seen=first)
    assert not holds(late, 1)
    assert late == Seen((3).to_bytes(7), ((20_608, 1),))


def test_a_day_told_late_is_no_harm():
    seen = after([2], day=-1, seen=after([1]))
    assert holds(seen, 1)
    assert holds(seen, 2)


def test_facts_of_a_repeated_event_have_names_of_their_own():
    """A reader by id would lose the first or the second, were they the same."""
    life = Life()
    said = [
        life.say("corebank.flow_posted", INFLOW, source="/corebank/ledger", event_id="flow-1")
        for _ in range(3)
    ]
    assert [effects(each) for each in said] == [set(), {Effect.DUPLICATE}, {Effect.DUPLICATE}]
    names = {fact.id for fact in said[0]}
    assert names
    assert names.isdisjoint(fact.id for fact in said[1])
    assert [fact.id for fact in said[1]] == [fact.id for fact in said[2]]
