"""States of two logs in one changelog: which counts, and what a worker makes of it."""

from types import SimpleNamespace

import pytest

from streams.errors import WorkerStopError
from streams.frame import Frame, due_of, pack, peek, state_of
from streams.kafka.cluster import topics_of
from streams.kafka.epoch import Bounds, Outlook, _commits, _rows
from streams.kafka.metadata import Metadata, decode, encode
from streams.kafka.offsets import Committed
from streams.kafka.recovery import Image, check_states, last_applied, merge
from tests.builders import MONDAY_10

OLD, NEW = "a" * 32, "b" * 32
TAILS = {"client-facts": 70, "tasks": 30}


def a_state(epoch, applied, state=b"s"):
    return pack(Frame(epoch, applied, MONDAY_10, state))


def merged(*blobs):
    states = {}
    stale = merge(states, [SimpleNamespace(key=b"k", value=blob) for blob in blobs])
    return states.get("k"), stale


def test_of_one_log_the_last_applied_offset_wins_and_a_late_zombie_is_named():
    assert merged(a_state(OLD, 5), a_state(OLD, 7)) == (a_state(OLD, 7), set())
    assert merged(a_state(OLD, 7), a_state(OLD, 5)) == (a_state(OLD, 7), {"k"})


def test_of_two_logs_the_later_record_wins_whatever_its_offset():
    carried, later = a_state(NEW, -1), a_state(NEW, 0)
    assert merged(a_state(OLD, 900), carried) == (carried, set())
    assert merged(a_state(OLD, 900), carried, later) == (later, set())
    assert merged(a_state(NEW, 900), carried, later) == (later, set())
    assert merged(carried, later, a_state(NEW, 3), later) == (a_state(NEW, 3), {"k"})


def test_a_state_with_nothing_applied_is_one_of_this_log():
    states = {"k": a_state(NEW, -1)}
    check_states(states, epoch=NEW, end=0)
    assert last_applied(states) == -1
    assert last_applied({**states, "l": a_state(NEW, 4)}) == 4
    with pytest.raises(WorkerStopError, match="'suishen epoch advance'"):
        check_states(states, epoch=OLD, end=9)
    older = bytes([0]) + states["k"][1:]
    with pytest.raises(WorkerStopError, match="upcast it first"):
        check_states({"k": older}, epoch=NEW, end=9)


def test_a_header_is_read_whatever_log_it_belongs_to():
    blob = a_state(OLD, 7)
    assert peek(blob) == Frame(OLD, 7, MONDAY_10, b"s")
    assert (due_of(blob), state_of(blob)) == (MONDAY_10, b"s")
    assert peek(pack(Frame(OLD, 7, None, b""))).due is None
    with pytest.raises(WorkerStopError, match="newer than this worker knows"):
        peek(bytes([9]) + blob[1:])


def an_outlook(commit=None, *, start=0, end=100):
    commits = {} if commit is None else {0: commit}
    bounds = {0: Bounds(start, end, TAILS)}
    return Outlook("client", topics_of("client"), NEW, bounds, commits, 12)


def a_commit(offset, epoch=NEW):
    return Committed(offset, encode(Metadata(epoch, 9, {"client-facts": 1, "tasks": 2})))


def began(outlook, applied=-1):
    """Where the fold begins: offset, marker, tails."""
    found = _commits(outlook, {0: applied})
    if not found:
        return None
    offset, text = found[0]
    told = decode(text)
    assert told.epoch == NEW
    return offset, told.marker, told.tails


@pytest.mark.parametrize(
    ("outlook", "wanted"),
    [
        (an_outlook(), (0, 12, TAILS)),
        (an_outlook(a_commit(900, OLD)), (0, 9, TAILS)),
        (an_outlook(Committed(5, "")), (0, 12, TAILS)),
        (an_outlook(a_commit(50)), None),
        (an_outlook(a_commit(120)), (100, 9, TAILS)),
        (an_outlook(a_commit(50), start=60), (60, 9, TAILS)),
    ],
    ids=["no commit", "another log", "a reset", "right", "lost its end", "lost its start"],
)
def test_where_a_fold_begins(outlook, wanted):
    assert began(outlook) == wanted


def test_a_log_at_work_without_a_commit_has_its_outputs_checked_from_the_start():
    assert began(an_outlook(), applied=40) == (0, 12, dict.fromkeys(TAILS, 0))


def rewritten(outlook, *states, stale=()):
    image = Image({str(n): blob for n, blob in enumerate(states)}, set(stale))
    return [(row.key, peek(row.value).applied, row.partition) for row in _rows(outlook, 0, image)]


def test_only_states_that_the_log_would_not_take_are_written_again():
    outlook = an_outlook(end=100)
    assert rewritten(outlook, a_state(NEW, 99), a_state(NEW, -1)) == []
    assert rewritten(outlook, a_state(OLD, 5)) == [(b"0", -1, 0)]
    assert rewritten(outlook, a_state(NEW, 140)) == [(b"0", -1, 0)]
    assert rewritten(outlook, a_state(NEW, 9), stale=["0"]) == [(b"0", 9, 0)]
