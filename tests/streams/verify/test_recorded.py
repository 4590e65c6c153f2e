import json

import pytest

from streams import recording
from streams.recorded import Recorded
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE, partition_of
from streams.verify.recorded import standing
from tests.builders import CLIENT
from tests.fakes import FakeLog
from tests.streams.verify.a_file import a_file, a_page


@pytest.fixture
def file(tmp_path):
    return a_file(tmp_path)


def published(path, *, without=()):
    """A log that holds a file, but for the lines at some places."""
    log = FakeLog(partitions=2)
    for number, message in enumerate(recording.read(path)):
        if number not in without:
            log.append([message])
    return log


def places(path, wanted):
    return [number for number, message in enumerate(recording.read(path)) if wanted(message)]


def is_page(message):
    return message.topic == CLIENT_EVENTS and b"/app/mobile" in message.value


def is_marker(message):
    return message.topic != REFERENCE and message.key is None


def test_a_file_is_known_by_log_and_partition_in_order(file):
    recorded = Recorded(file)
    assert (recorded.partitions, len(recorded.references)) == (2, 3)
    pages = [one for one in recorded.lines((CLIENT_EVENTS, 1)) if one.key is not None]
    assert [json.loads(one.value)["id"] for one in pages][:3] == ["p1-0", "p1-1", "p1-2"]
    assert recorded.events == 2 * 10 + 2 * 4 + 3


def test_only_what_came_from_outside_leaves_out_ticks_and_claims(file):
    external = Recorded(file, is_external=True)
    assert external.events == Recorded(file).events - 2
    assert [one.value for one in external.lines((DESK_EVENTS, 1))][-1] == b"broken"


def test_lines_that_name_no_partition_go_where_their_key_belongs(tmp_path):
    log = FakeLog(partitions=4)
    log.append([a_page(1, partition=None)])
    recording.write(log, tmp_path / "f")
    line = json.loads((tmp_path / "f").read_text()) | {"partition": None}
    (tmp_path / "f").write_text(json.dumps(line) + "\n")
    recorded = Recorded(tmp_path / "f")
    assert len(recorded.logs[CLIENT_EVENTS, partition_of(CLIENT.encode(), 4)]) == 1


def test_a_file_that_stands_whole_lacks_nothing(file):
    found = standing(Recorded(file), published(file))
    assert found == (0, 2, 1, 1)


def test_what_others_write_between_is_no_fault(file):
    log = FakeLog(partitions=2)
    for message in recording.read(file):
        log.append([message, a_page(99, partition=0)])
    assert standing(Recorded(file), log).unpublished == 0


def test_a_line_that_is_missing_is_found(file):
    gone = places(file, is_page)[3]
    assert standing(Recorded(file), published(file, without=[gone])).unpublished > 0


def test_lines_in_another_order_are_found(file):
    lines = list(recording.read(file))
    first, second = places(file, is_page)[:2]
    lines[first], lines[second] = lines[second], lines[first]
    log = FakeLog(partitions=2)
    log.append(lines)
    assert standing(Recorded(file), log).unpublished > 0


def test_a_marker_that_is_missing_is_found_and_its_release_does_not_count(file):
    gone = places(file, is_marker)[0]
    found = standing(Recorded(file), published(file, without=[gone]))
    assert (found.unpublished, found.releases) == (1, 1)


def test_a_file_that_is_no_record_is_refused_by_its_line(tmp_path):
    (tmp_path / "f").write_text("{}\n")
    with pytest.raises(ValueError, match="f:1: not a recorded event"):
        Recorded(tmp_path / "f")
