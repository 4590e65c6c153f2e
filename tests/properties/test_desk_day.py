"""A desk's day: its floor for clients unserved for long holds, and its hours are never exceeded."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.desk import ranking
from journeys.desk.state import Entry, Hours, Spent
from schemas.tasks import TaskState
from schemas.time import DAY, HOUR, MINUTE, Instant
from tests.builders import MONDAY_10, the_catalogue

POLICY = the_catalogue().at(MONDAY_10).desk
SHARE = POLICY.fairness_share


def an_entry(number, minutes, priority, due, *, unserved, state):
    return Entry(
        task_id=f"t_{number:032x}", version=1, since_version=1, client="ct_", state=state,
        priority=priority, minutes=minutes, due=due, expires=due, backups=(), marketing=False,
        offered_at=MONDAY_10, pass_on_at=None, unserved=unserved,
    )  # fmt: skip


@st.composite
def queues(draw, states=(TaskState.ASSIGNED,)):
    many = draw(st.integers(0, 14))
    return [
        an_entry(
            number,
            draw(st.integers(1, 90)),
            draw(st.floats(0, 10)),
            Instant(MONDAY_10 + draw(st.integers(1, 12 * 60)) * MINUTE),
            unserved=draw(st.booleans()),
            state=draw(st.sampled_from(states)),
        )
        for number in range(many)
    ]


@st.composite
def rosters(draw):
    start = MONDAY_10
    shifts, booked = [], []
    for spans in (shifts, booked):
        at = start
        for _ in range(draw(st.integers(0, 3))):
            begins = Instant(at + draw(st.integers(0, 90)) * MINUTE)
            at = Instant(begins + draw(st.integers(1, 180)) * MINUTE)
            spans.append((begins, at))
    inside = [b for b in booked if any(s[0] <= b[0] and b[1] <= s[1] for s in shifts)]
    return Hours(version=1, shifts=tuple(shifts), booked=tuple(inside))


@given(queues((TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.STARTED)), rosters())
def test_what_fits_never_takes_more_than_the_hours(entries, hours):
    ranked = ranking.rank(entries, hours, POLICY, now=MONDAY_10)
    total = 0
    for one in ranked:
        total += one.entry.minutes if one.fits else 0
        if one.fits:
            assert total <= ranking.minutes_until(hours, one.entry.due, now=MONDAY_10)
    whole = ranking.minutes_until(hours, Instant(MONDAY_10 + DAY), now=MONDAY_10)
    assert total <= whole


@given(queues((TaskState.ASSIGNED, TaskState.ACCEPTED)), rosters(), st.randoms())
def test_the_order_is_the_same_whatever_order_tasks_come_in(entries, hours, rng):
    ranked = ranking.rank(entries, hours, POLICY, now=MONDAY_10)
    shuffled = list(entries)
    rng.shuffle(shuffled)
    assert ranking.rank(shuffled, hours, POLICY, now=MONDAY_10) == ranked
    assert sorted(one.entry.task_id for one in ranked) == sorted(e.task_id for e in entries)


@given(queues(), st.integers(30, 600))
def test_over_a_day_the_floor_holds_wherever_such_clients_still_wait(entries, worked):
    """The desk always does the first task that fits, and ranks anew."""
    hours = Hours(version=1, shifts=((MONDAY_10, Instant(MONDAY_10 + worked * MINUTE)),))
    now, spent, left = MONDAY_10, ranking.today(Spent(), now=MONDAY_10), list(entries)
    while True:
        ranked = ranking.rank(left, hours, POLICY, now=now, spent=spent)
        first = next((one for one in ranked if one.fits), None)
        if first is None:
            break
        before = spent
        spent = ranking.done(spent, first.entry, now=now)
        now = Instant(now + first.entry.minutes * MINUTE)
        left.remove(first.entry)
        # Of those unserved that had room, one was due if the floor did not stand.
        could = [one for one in ranked if one.entry.unserved and one.fits]
        if could and not first.entry.unserved:
            assert spent.unserved >= SHARE * spent.minutes, (before, first)
    assert spent.minutes <= worked


@given(queues(), st.integers(0, 400), st.integers(0, 400))
def test_what_was_done_today_counts_and_what_was_done_yesterday_does_not(entries, minutes, of_them):
    spent = Spent((MONDAY_10 + 8 * HOUR) // DAY, minutes + of_them, of_them)
    hours = Hours(version=0)
    today = ranking.rank(entries, hours, POLICY, now=MONDAY_10, spent=spent)
    fresh = ranking.rank(entries, hours, POLICY, now=MONDAY_10, spent=replace(spent, day=1))
    assert fresh == ranking.rank(entries, hours, POLICY, now=MONDAY_10)
    served = [one for one in today if not one.entry.unserved]
    waits = [one for one in today if one.entry.unserved]
    if served and waits and of_them < SHARE * (minutes + of_them):
        assert today[0].entry.unserved


def test_clients_unserved_for_long_are_not_only_a_share_of_an_empty_queue():
    """The other way round: without such clients the most worth comes first, whatever was done."""
    rich = an_entry(1, 30, 9.0, Instant(MONDAY_10 + HOUR), unserved=False, state=TaskState.ASSIGNED)
    poor = replace(rich, task_id="t_" + "2" * 32, priority=1.0)
    small = replace(poor, task_id="t_" + "3" * 32, unserved=True)
    hours = Hours(version=0)
    order = [r.entry for r in ranking.rank([poor, rich], hours, POLICY, now=MONDAY_10)]
    assert order == [rich, poor]
    order = [r.entry for r in ranking.rank([poor, rich, small], hours, POLICY, now=MONDAY_10)]
    assert order == [small, rich, poor]
    spent = Spent((MONDAY_10 + 8 * HOUR) // DAY, 100, 60)
    order = ranking.rank([poor, rich, small], hours, POLICY, now=MONDAY_10, spent=spent)
    assert [r.entry for r in order] == [rich, poor, small]
