"""A case has an owner and a pending hand-over has a clock, whatever is said in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.time import MINUTE, SECOND, Instant
from tests.journeys.handing import Bank

DESKS = ("rm-li", "team-east", "remote-1")
KINDS = st.sampled_from(("live", "call_back", "visit"))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), KINDS),
        st.tuples(st.just("take"), st.sampled_from(DESKS)),
        st.tuples(st.just("pass_on"), st.sampled_from(DESKS)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
        st.tuples(st.just("meet"), st.sampled_from(("remote", "branch"))),
        st.tuples(st.just("settle"), st.booleans()),
        st.tuples(st.just("roster"), st.sampled_from(DESKS)),
    ),
    max_size=12,
)


def do(bank, step, number):
    what, which = step
    if what == "ask":
        bank.hand_over(which, by="client")
    elif what in ("take", "pass_on"):
        if bank.handovers:
            bank.act(which, what)
    elif what == "wait":
        bank.at = Instant(bank.at + which * MINUTE)
        bank.wait(bank.at)
    elif what == "meet":
        bank.note("said", channel=which, session=f"s{number}")
    elif what == "settle":
        bank.settle(solved=which)
    else:
        bank.roster(which, version=number + 1, at=bank.at)


def check(bank):
    """Between two events."""
    waiting = [
        (desk, one.handover_id, one.accept_by)
        for desk, state in sorted(bank.desks.items())
        for one in state.waiting
    ]
    pending = [
        (case.handover.desk, case.handover.handover_id, case.handover.accept_by)
        for case in bank.state.cases
        if case.handover is not None
    ]
    assert waiting == pending
    for case in bank.state.cases:
        assert case.owner in DESKS
        if case.handover is not None:
            assert case.is_open
            assert case.handover.accept_by > bank.at - 10 * SECOND
            assert bank.fold.next_due(bank.state) <= case.handover.accept_by


@given(STEPS)
def test_at_every_moment_there_is_one_owner_one_desk_asked_and_one_clock(steps):
    bank = Bank()
    bank.need()
    for number, step in enumerate(steps):
        do(bank, step, number)
        check(bank)
    for one in bank.handovers:
        assert one.owner in DESKS
        is_late = one.state == "lapsed" or one.reason == "not_taken"
        assert (one.told == ("client", "manager")) is is_late


@given(STEPS)
def test_an_owner_changes_only_by_taking_or_by_meeting_the_client(steps):
    bank = Bank()
    bank.need()
    for number, step in enumerate(steps):
        before = {case.case_id: case.owner for case in bank.state.cases}
        many = len(bank.handovers)
        do(bank, step, number)
        taken = {one.case_id: one.owner for one in bank.handovers[many:] if one.state == "taken"}
        for case in bank.state.cases:
            if case.owner != before.get(case.case_id, case.owner):
                assert case.owner == taken.get(case.case_id, case.owner)
                assert step[0] in ("take", "meet", "wait")


@given(STEPS)
def test_the_same_life_twice_says_the_same(steps):
    lives = []
    for _ in range(2):
        bank = Bank()
        bank.need()
        for number, step in enumerate(steps):
            do(bank, step, number)
        lives.append([output.event for output in bank.outputs])
    assert lives[0] == lives[1]
