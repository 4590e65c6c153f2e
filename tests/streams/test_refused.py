"""A record that a door refused is buried for the door's reason, wherever it is replayed."""

import pytest

from schemas import codec
from schemas.dead_letter import DeadFault, Refusal
from schemas.reference import CatalogueFiles
from streams import dead_letters, recording
from streams.catalogue_files import read_files
from streams.plain import PlainFold
from streams.ports import Outgoing
from streams.processor import Partition
from streams.reference import ReferenceLog, markers, releases
from streams.topics import CLIENT_EVENTS
from tests.builders import CLIENT, MONDAY_10, an_event
from tests.fakes import FakeLog
from tests.streams.test_processor import Counting, a_processor, read

FAULT = DeadFault(pointer="/source", expected="/app or below it")
REFUSAL = Refusal(
    code="source-not-yours",
    origin="client-events.app/3/7",
    received_at=MONDAY_10,
    faults=(FAULT,),
)
KEY = CLIENT.encode()
PAGE = codec.encode(an_event("app.page_viewed", {"page": "holdings"}, source="/corebank"))


@pytest.fixture
def log():
    log = FakeLog(partitions=1)
    log.append(releases([CatalogueFiles(version="t", files=read_files())], now=MONDAY_10))
    log.append(markers(log, offset=1, now=MONDAY_10))
    return log


@pytest.fixture
def fold():
    return Counting()


def refused(log, value=PAGE, key=KEY, headers=None, refusal=REFUSAL):
    headers = dead_letters.refused(refusal) if headers is None else headers
    log.append([Outgoing(CLIENT_EVENTS, key, value, headers, 0)])


def letters_of(log, fold):
    part = Partition(0, 0, 0)
    log.append(a_processor(fold, log).apply(part, read(log)).outputs)
    return list(dead_letters.read_all(log)), part


def test_an_event_refused_at_a_door_is_buried_with_its_reason(log, fold):
    refused(log)
    (letter,), part = letters_of(log, fold)
    assert (letter.code, letter.error, letter.faults) == ("source-not-yours", "contract", (FAULT,))
    assert (letter.origin, letter.received_at) == ("client-events.app/3/7", MONDAY_10)
    assert (letter.raw, letter.family) == (PAGE, "behaviour")
    assert (part.entries[CLIENT].state.events, part.entries[CLIENT].state.holes) == (0, 1)


def test_the_plain_fold_buries_it_too(log, fold):
    refused(log)
    plain = PlainFold(fold, ReferenceLog(log))
    list(plain.live(read(log)))
    assert plain.buried == ["client-events/0/1"]
    assert plain.frozen() == {CLIENT: b"0,1"}


def test_a_marker_that_a_door_refused_moves_no_reference(log, fold, tmp_path):
    forged = markers(log, offset=9, now=MONDAY_10)[0]
    refused(log, value=forged.value, key=None)
    (letter,), part = letters_of(log, fold)
    assert (letter.code, part.marker, part.entries) == ("source-not-yours", 1, {})
    assert recording.write(log, tmp_path / "f") > 0


@pytest.mark.parametrize("said", [b"", b"{", b'{"code":"x"}'])
def test_a_refusal_that_cannot_be_read_still_refuses(log, fold, said):
    refused(log, headers=(("refused", said),))
    (letter,), _ = letters_of(log, fold)
    assert (letter.code, letter.origin) == ("contract-violation", None)


def test_a_code_from_a_newer_door_still_refuses(log, fold):
    refused(log, refusal=REFUSAL.model_copy(update={"code": "from-tomorrow"}))
    (letter,), _ = letters_of(log, fold)
    assert (letter.code, letter.origin) == ("contract-violation", "client-events.app/3/7")


def test_a_recording_keeps_the_refusal(tmp_path):
    log = FakeLog(partitions=1)
    headers = (*dead_letters.refused(REFUSAL), ("src", b"of no use"))
    refused(log, headers=headers)
    recording.write(log, tmp_path / "f")
    (line,) = recording.read(tmp_path / "f")
    assert line == Outgoing(CLIENT_EVENTS, KEY, PAGE, headers[:1], 0)


def test_it_is_not_requeued_behind_the_doors_back(log, fold):
    refused(log)
    (letter,), _ = letters_of(log, fold)
    with pytest.raises(ValueError, match="must judge it again"):
        dead_letters.requeue(letter)
    again = dead_letters.requeue(letter, value=b"{}")
    assert (again.value, again.headers) == (b"{}", (("requeue-of", b"0:1"),))
