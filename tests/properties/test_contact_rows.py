"""What the contact policy lets pass, the rows of the conduct table let pass: two writings, one law.

The policy decides in the client's log, with holds, caps by method and rests that no row knows; it
may be stricter than CT02 to CT04, never looser.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import event, given
from hypothesis import strategies as st
from msgspec.structs import replace

from journeys.client.contact.ledger import Ledger, Touch
from journeys.client.state import Allowed, ClientState, Served
from journeys.decide import contact_policy
from journeys.decide.conduct.judge import judge_all
from journeys.decide.verdict import ALLOW, Kind
from schemas.decisions import WithheldReason
from schemas.time import DAY, MINUTE, Instant
from tests.builders import MONDAY_10, the_catalogue

POLICY = the_catalogue().editions[-1]
ROWS = [POLICY.conduct.rules[name] for name in ("ct02", "ct03", "ct04")]
TREATMENTS = [
    (action, treatment)
    for action in POLICY.actions.values()
    if action.marketing
    for treatment in action.treatments
]
METHODS = ("app_push", "sms", "call", "email", "visit")
WEEK = 7 * DAY
AGO = st.one_of(
    st.sampled_from((0, MINUTE, DAY, WEEK - MINUTE, WEEK, WEEK + MINUTE)),
    st.integers(0, 2 * WEEK // MINUTE).map(lambda minutes: minutes * MINUTE),
)
STATES = st.builds(
    lambda offset, opted_out, complaints, ages: (
        ClientState(
            client="ct_0",
            served=Served(utc_offset_minutes=offset),
            allowed=Allowed(marketing=True, profiling=True, opted_out=tuple(opted_out)),
            complaints=tuple(complaints),
        ),
        ages,
    ),
    st.sampled_from((480, 0, -300, 345)),
    st.sets(st.sampled_from(METHODS), max_size=2),
    st.lists(st.just("c1"), max_size=1),
    st.lists(AGO, max_size=3),
)


def told(state, treatment, now):
    def local(moment):
        zone = timedelta(minutes=state.served.utc_offset_minutes)
        return (datetime.fromtimestamp(moment / 1e6, UTC) + zone).replace(tzinfo=None)

    return {
        "service_notice": False,
        "client_asked": False,
        "channel": str(treatment.method),
        "opted_out": state.allowed.opted_out,
        "complaint_open": bool(state.complaints),
        "local_time": local(now),
        "now": local(now),
        "touches": tuple(local(touch.at) for touch in state.ledger.touches),
    }


@given(STATES, st.sampled_from(TREATMENTS), st.integers(0, 7 * 1440))
def test_what_the_contact_policy_lets_pass_the_rows_let_pass(drawn, pair, minutes):
    state, ages = drawn
    action, treatment = pair
    now = Instant(MONDAY_10 + minutes * MINUTE)
    times = [Instant(now - ago) for ago in sorted(ages, reverse=True)]
    touches = tuple(Touch(at, "app_push", marketing=True, task=None) for at in times)
    state = replace(state, ledger=Ledger(touches=touches))

    no = contact_policy.judge(action, treatment, state, POLICY.contact, now=now, in_hours_only=True)
    found = judge_all(ROWS, told(state, treatment, now), POLICY)

    event("passed" if no is None else str(no.reason))
    assert not [one.missing for one in found.findings if one.missing]
    if no is None:
        assert found.verdict == ALLOW
    expected = {
        WithheldReason.OPTED_OUT: "ct02",
        WithheldReason.QUIET_HOURS: "ct03",
        WithheldReason.COMPLAINT_OPEN: "ct04",
        WithheldReason.CAP_WEEK: "ct04",
    }
    if no is not None and no.reason in expected:
        (same,) = [one for one in found.findings if one.rule == expected[no.reason]]
        assert same.verdict.kind is not Kind.ALLOW
