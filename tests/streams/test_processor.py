"""What the processor does with records, seen through a small fold of its own."""

from typing import NamedTuple

import pytest
from typing_extensions import override

from journeys.step import Output, Route, Step
from schemas import codec
from schemas.facts import CLIENT_FOLD, Buyer, BuyerStated, Effect, SetAside, SignalSetAside
from schemas.reference import CatalogueFiles
from schemas.time import Instant
from streams import dead_letters, reference
from streams.catalogue_files import read_files
from streams.errors import TransientError, WorkerStopError
from streams.plain import PlainFold
from streams.ports import Outgoing
from streams.processor import Partition, Processor
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, DEAD_LETTERS, REFERENCE
from tests.builders import CLIENT, MONDAY_10, OTHER_CLIENT, a_product, an_event
from tests.fakes import FakeLog

EPOCH = "0" * 32


class Count(NamedTuple):
    key: str
    events: int
    holes: int


class Counting:
    """Counts a client's events and says each number."""

    name = "client"
    kinds = codec.CLIENT_LOG
    max_state_bytes = 40

    def __init__(self):
        self.fails = None
        self.fails_at = None
        self.says_badly = False
        self.unmarkable = False
        self.illegible = False

    def begin(self, key):
        return Count(key, 0, 0)

    def apply(self, state, event, reference, *, requeue_of=None):
        if self.fails is not None:
            raise self.fails
        if self.fails_at is not None and self.fails_at[0] == event.id:
            raise self.fails_at[1]
        state = state._replace(
            events=state.events + 1, holes=state.holes - (requeue_of is not None)
        )
        aside = SetAside(
            event_id=event.id, event_source=event.source, event_type="t", effect=Effect.STALE
        )
        fact = codec.build(
            SignalSetAside,
            aside,
            event_id=f"f{event.id}",
            source=CLIENT_FOLD,
            key=state.key,
            time=event.time,
            causeid=event.id,
            causesource=event.source,
        )
        said = [Output(Route.CLIENT_FACTS, state.key, fact)]
        if self.says_badly in (True, event.id):
            said.append(Output(Route.CLIENT_FACTS, state.key, "no event"))
        return Step(state, tuple(said))

    def open_hole(self, state, place, *, family, at, reference):
        if self.unmarkable:
            raise ValueError("no room")
        return Step(state._replace(holes=state.holes + 1), ())

    def encode(self, state):
        return f"{state.events},{state.holes}".encode() + b"." * (
            state.events if state.events > 99 else 0
        )

    def decode(self, blob):
        if self.illegible:
            raise ValueError("what is this")
        events, holes = blob.decode().rstrip(".").split(",")
        return Count(CLIENT, int(events), int(holes))

    def next_due(self, state):
        return None


@pytest.fixture
def log():
    log = FakeLog(partitions=1)
    catalogue = CatalogueFiles(version="t", files=read_files())
    log.append(reference.releases([catalogue], now=MONDAY_10))
    log.append(reference.markers(log, offset=1, now=MONDAY_10))
    return log


@pytest.fixture
def fold():
    return Counting()


def a_processor(fold, log, stored=None):
    return Processor(
        fold,
        CLIENT_EVENTS,
        ReferenceLog(log),
        epoch=EPOCH,
        stored=lambda _partition, key: (stored or {}).get(key),
        end=lambda partition: log.end(CLIENT_EVENTS, partition),
    )


def pages(log, count, *, first=0):
    for number in range(first, first + count):
        event = an_event("app.page_viewed", {"page": "holdings"}, event_id=f"e{number}")
        log.append([Outgoing(CLIENT_EVENTS, CLIENT.encode(), codec.encode(event))])


def read(log):
    return log.read(CLIENT_EVENTS, 0, 0, 1000)


def test_outputs_name_the_record_they_come_from(log, fold):
    pages(log, 2)
    part = Partition(0, 0, 0)
    batch = a_processor(fold, log).apply(part, read(log))
    assert [dict(m.headers)["src"] for m in batch.outputs] == [
        f"{EPOCH}:1:0".encode(),
        f"{EPOCH}:2:0".encode(),
    ]
    assert {(m.topic, m.partition) for m in batch.outputs} == {(CLIENT_FACTS, 0)}
    assert (part.next_offset, part.marker, batch.events) == (3, 1, 2)


def test_an_applied_offset_is_not_applied_again(log, fold):
    pages(log, 2)
    first = a_processor(fold, log)
    part = Partition(0, 0, 0)
    first.apply(part, read(log))
    stored = {key: blob for key, blob, _ in first.cut(part)}
    again = Partition(0, 0, 0)
    batch = a_processor(fold, log, stored).apply(again, read(log))
    assert (batch.skipped, batch.outputs) == (2, [])


def test_a_cut_holds_only_what_changed(log, fold):
    pages(log, 1)
    processor, part = a_processor(fold, log), Partition(0, 0, 0)
    processor.apply(part, read(log))
    assert len(processor.cut(part)) == 1
    assert processor.cut(part) == []


def test_a_failing_fold_makes_a_dead_letter_without_values(log, fold):
    pages(log, 1)
    fold.fails = ValueError("secret 138-0000-0000")
    batch = a_processor(fold, log).apply(Partition(0, 0, 0), read(log))
    assert batch.dead == {"bug": 1}
    assert batch.outputs[0].topic == DEAD_LETTERS
    assert b"secret" not in batch.outputs[0].value


def test_twenty_failures_in_a_row_stop_the_worker(log, fold):
    pages(log, 25)
    fold.fails = RuntimeError("broken release")
    with pytest.raises(WorkerStopError, match="a broken release, not broken records"):
        a_processor(fold, log).apply(Partition(0, 0, 0), read(log))


def test_something_away_is_tried_again_and_never_buried(log, fold):
    pages(log, 1)
    fold.fails = TransientError("away")
    processor, part = a_processor(fold, log), Partition(0, 0, 0)
    batch = processor.apply(part, read(log))
    assert (batch.halted, batch.outputs, part.next_offset) == (fold.fails, [], 1)
    fold.fails = None
    assert processor.apply(part, read(log)).events == 1


def test_what_was_said_before_something_went_away_is_kept(log, fold):
    pages(log, 3)
    processor, part = a_processor(fold, log), Partition(0, 0, 0)
    fold.fails_at = ("e1", TransientError("away"))
    first = processor.apply(part, read(log))
    fold.fails_at = None
    second = processor.apply(part, read(log))
    assert [len(batch.outputs) for batch in (first, second)] == [1, 2]
    assert part.entries[CLIENT].state.events == 3


def test_an_event_that_grows_the_state_too_far_is_buried(log, fold):
    pages(log, 101)
    processor, part = a_processor(fold, log), Partition(0, 0, 0)
    batch = processor.apply(part, read(log))
    assert batch.dead == {"bug": 2}
    assert part.entries[CLIENT].state.events == 99
    plain = PlainFold(fold, ReferenceLog(log))
    assert len(list(plain.live(read(log)))) == 99
    assert plain.frozen() == {CLIENT: b"99,2"}


def test_a_requeued_record_says_which_dead_letter_it_makes_good(log, fold):
    log.append([Outgoing(CLIENT_EVENTS, CLIENT.encode(), b"{")])
    processor, part = a_processor(fold, log), Partition(0, 0, 0)
    log.append(processor.apply(part, read(log)).outputs)
    assert part.entries[CLIENT].state.holes == 1
    letter = next(iter(dead_letters.read_all(log)))
    assert dead_letters.find(log, dead_letters.name_of(letter)) == letter
    again = dead_letters.requeue(letter)
    assert (again.key, again.value) == (CLIENT.encode(), b"{")
    mended = an_event("app.page_viewed", {"page": "holdings"})
    log.append([again._replace(value=codec.encode(mended))])
    processor.apply(part, read(log))
    assert part.entries[CLIENT].state.holes == 0


def test_a_waiver_goes_to_the_key_of_the_letter(log, fold):
    log.append([Outgoing(CLIENT_EVENTS, CLIENT.encode(), b"{")])
    log.append(a_processor(fold, log).apply(Partition(0, 0, 0), read(log)).outputs)
    letter = next(iter(dead_letters.read_all(log)))
    (message,) = dead_letters.waive(letter, reason="never", now=MONDAY_10)
    assert message.key == CLIENT.encode()
    event = codec.decode(message.value, codec.CLIENT_LOG, key=CLIENT)
    assert event.data.offset == letter.offset
    keyless = letter.model_copy(update={"raw_key": None})
    assert dead_letters.waive(keyless, reason="never", now=MONDAY_10) == ()
    nobody = letter.model_copy(update={"raw_key": b"ct_nobody"})
    assert dead_letters.waive(nobody, reason="never", now=MONDAY_10) == ()
    assert dead_letters.find(log, "client-events/0/99") is None


def test_when_a_broken_record_was_received_is_read_from_it_if_possible():
    good = b'{"receivedat":"2026-11-24T08:30:00Z"'
    assert dead_letters.received_at(good) == Instant(1_795_509_000_000_000)
    assert dead_letters.received_at(b'{"receivedat":"2026-99-24T08:30:00Z"') == 0
    assert dead_letters.received_at(b"{") == 0


def test_a_marker_beyond_the_reference_stops_the_worker(log, fold):
    log.append(reference.markers(log, offset=9, now=MONDAY_10))
    with pytest.raises(WorkerStopError, match="the log ends at 1"):
        a_processor(fold, log).apply(Partition(0, 0, 0), read(log))


def test_a_reference_without_a_catalogue_serves_nobody(log):
    empty = FakeLog(partitions=1)
    with pytest.raises(WorkerStopError, match="no catalogue"):
        ReferenceLog(empty).at(0)
    empty.append(reference.releases([a_product()], now=MONDAY_10))
    with pytest.raises(WorkerStopError, match="before any catalogue"):
        ReferenceLog(empty).at(1)
    assert ReferenceLog(log).at(1).catalogue.version == "t"
    assert log.end(REFERENCE, 0) == 1


def test_the_plain_fold_says_the_same(log, fold):
    pages(log, 3)
    log.append(
        [Outgoing(CLIENT_EVENTS, CLIENT.encode(), b"{"), Outgoing(CLIENT_EVENTS, b"x", b"{")]
    )
    pages(log, 1, first=3)
    plain = PlainFold(fold, ReferenceLog(log))
    said = [each.value for each in plain.live(read(log))]
    batch = a_processor(fold, log).apply(Partition(0, 0, 0), read(log))
    assert said == [m.value for m in batch.outputs if m.topic == CLIENT_FACTS]
    assert plain.frozen() == {CLIENT: b"4,1"}


def test_an_event_that_cannot_be_said_leaves_no_trace_in_the_state(log, fold):
    pages(log, 1)
    fold.says_badly = True
    part = Partition(0, 0, 0)
    batch = a_processor(fold, log).apply(part, read(log))
    assert [m.topic for m in batch.outputs] == [DEAD_LETTERS]
    assert part.entries[CLIENT].state == Count(CLIENT, 0, 1)


@pytest.mark.parametrize("key", [None, b"\xff\xfe", OTHER_CLIENT.encode(), CLIENT.encode() + b"\n"])
def test_an_event_under_another_key_is_buried_and_touches_nobody(log, fold, key):
    event = an_event("app.page_viewed", {"page": "holdings"})
    log.append([Outgoing(CLIENT_EVENTS, key, codec.encode(event), (), 0)])
    part = Partition(0, 0, 0)
    batch = a_processor(fold, log).apply(part, read(log))
    assert batch.dead == {"key-mismatch": 1}
    assert CLIENT not in part.entries
    plain = PlainFold(fold, ReferenceLog(log))
    assert list(plain.live(read(log))) == []
    assert plain.buried == ["client-events/0/1"]
    assert (
        plain.frozen().keys()
        == {key for key, _, _ in a_processor(fold, log).cut(part)}
        == set(part.entries)
    )


def test_what_cannot_be_read_is_buried_in_its_turn_and_not_before(log, fold):
    pages(log, 2)
    log.append([Outgoing(CLIENT_EVENTS, CLIENT.encode(), b"{")])
    processor, part = a_processor(fold, log), Partition(0, 0, 0)
    fold.fails_at = ("e1", TransientError("away"))
    halted = processor.apply(part, read(log))
    assert (halted.events, halted.dead, part.next_offset) == (1, {}, 2)
    fold.fails_at = None
    batch = processor.apply(part, read(log))
    assert (batch.events, sum(batch.dead.values()), part.next_offset) == (1, 1, 4)


def test_what_follows_an_event_that_cannot_be_written_is_folded_without_it(log, fold):
    pages(log, 4)
    fold.says_badly = "e1"
    part = Partition(0, 0, 0)
    batch = a_processor(fold, log).apply(part, read(log))
    plain = PlainFold(fold, ReferenceLog(log))
    fold.says_badly = False
    fold.fails_at = ("e1", ValueError("no"))
    said = [one.value for one in plain.live(read(log))]
    assert part.entries[CLIENT].state == plain.states[CLIENT] == Count(CLIENT, 3, 1)
    facts = [one.value for one in batch.outputs if one.topic == CLIENT_FACTS]
    assert (facts, batch.events, batch.dead) == (said, 3, {"bug": 1})


def test_a_hole_that_cannot_be_marked_stops_the_worker(log, fold):
    log.append([Outgoing(CLIENT_EVENTS, CLIENT.encode(), b"{")])
    fold.unmarkable = True
    with pytest.raises(WorkerStopError, match="cannot mark a hole at client-events/0/1"):
        a_processor(fold, log).apply(Partition(0, 0, 0), read(log))


def test_a_state_that_cannot_be_read_stops_the_worker_and_buries_nothing(log, fold):
    pages(log, 1)
    first, part = a_processor(fold, log), Partition(0, 0, 0)
    first.apply(part, read(log))
    stored = {key: blob for key, blob, _ in first.cut(part)}
    pages(log, 1, first=1)
    fold.illegible = True
    with pytest.raises(WorkerStopError, match="a newer one"):
        a_processor(fold, log, stored).apply(Partition(0, 2, 1), read(log)[2:])


class Repeating(Counting):
    """Tells its whole state in every fact, and may not be asked how large that is."""

    max_state_bytes = 4000

    @override
    def apply(self, state, event, reference, *, requeue_of=None):
        step = super().apply(state, event, reference)
        buyer = Buyer(as_of=event.time, state="x" * 5000)
        fact = codec.build(
            BuyerStated,
            buyer,
            event_id=f"b{event.id}",
            source=CLIENT_FOLD,
            key=state.key,
            time=event.time,
            causeid=event.id,
            causesource=event.source,
        )
        return Step(step.state, (*step.outputs, Output(Route.CLIENT_FACTS, state.key, fact)))

    @override
    def encode(self, state):
        raise AssertionError("nobody needs to know")


def test_a_state_that_is_told_again_has_not_grown_by_that(log):
    pages(log, 1)
    batch = a_processor(Repeating(), log).apply(Partition(0, 0, 0), read(log))
    assert (batch.events, len(batch.outputs), batch.dead) == (1, 2, {})


def test_one_failure_in_twenty_stops_a_worker_and_fewer_do_not(log, fold):
    processor, part = a_processor(fold, log), Partition(0, 0, 0)
    fold.max_state_bytes = 100_000

    def live(name, *, fails):
        event = an_event("app.page_viewed", {"page": "holdings"}, event_id=name)
        log.append([Outgoing(CLIENT_EVENTS, CLIENT.encode(), codec.encode(event))])
        fold.fails = ValueError("no") if fails else None
        processor.apply(part, log.read(CLIENT_EVENTS, 0, part.next_offset, 10))

    for number in range(1000):
        live(f"e{number}", fails=number % 20 == 19)
    with pytest.raises(WorkerStopError, match="51 of the last 1000"):
        live("last", fails=True)


class Noted:
    """A watch that keeps what it is told."""

    def __init__(self):
        self.told = []

    def applied(self, fold, part, batch, *, offset, seconds):
        self.told.append((fold, part, batch.events, offset, seconds >= 0))

    def committed(self, now):
        self.told.append(now)


def test_a_watch_is_told_once_per_batch(log, fold):
    pages(log, 3)
    watch = Noted()
    processor = Processor(
        fold,
        CLIENT_EVENTS,
        ReferenceLog(log),
        epoch=EPOCH,
        stored=lambda *_: None,
        end=lambda partition: log.end(CLIENT_EVENTS, partition),
        watch=watch,
    )
    processor.apply(Partition(0, 0, 0), read(log))
    assert watch.told == [("client", 0, 3, 4, True)]


def test_the_plain_fold_stops_where_a_worker_would(log, fold):
    bare = FakeLog(partitions=1)
    pages(bare, 1)
    with pytest.raises(WorkerStopError, match="before any marker"):
        list(PlainFold(fold, ReferenceLog(bare)).live(read(bare)))
    pages(log, 1)
    fold.fails = TransientError("away")
    with pytest.raises(TransientError):
        list(PlainFold(fold, ReferenceLog(log)).live(read(log)))
