"""The header before a stored state: which formats are read."""

import pytest

from streams.errors import WorkerStopError
from streams.frame import FORMAT, Frame, pack, peek

STORED = pack(Frame("0" * 32, 4, None, b"state"))


def of_format(number: int) -> bytes:
    return bytes([number]) + STORED[1:]


@pytest.mark.parametrize("number", [2, FORMAT])
def test_a_format_that_only_lacks_what_came_later_is_read_as_it_is(number):
    assert peek(of_format(number)).state == b"state"


@pytest.mark.parametrize(("number", "reason"), [(1, "is older than 2"), (FORMAT + 1, "is newer")])
def test_other_formats_stop_the_worker(number, reason):
    with pytest.raises(WorkerStopError, match=reason):
        peek(of_format(number))
