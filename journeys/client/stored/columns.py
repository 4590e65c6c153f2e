"""Whole numbers of one kind, side by side: a column costs what its largest number needs."""

from collections.abc import Sequence
from struct import pack, unpack
from typing import Final

_WIDE: Final = 8
_HEADS: Final = tuple(bytes([width]) for width in range(_WIDE + 1))


def to_column(numbers: Sequence[int]) -> bytes:
    """Numbers of 64 bits as bytes; the first byte says how many each has.

    Example:
        >>> to_column([]), len(to_column([7, 8])), len(to_column([3_000_000, -1]))
        (b'', 3, 17)
    """
    if not numbers:
        return b""
    whole = pack(f"<{len(numbers)}q", *numbers)
    width = _WIDE if min(numbers) < 0 else (max(numbers).bit_length() + 7) // 8 or 1
    # By byte, the lowest of all first: to leave out what is 0 in all is then to stop early.
    return _HEADS[width] + b"".join([whole[at::_WIDE] for at in range(width)])


def of_column(column: bytes) -> tuple[int, ...]:
    """The numbers again.

    Example:
        >>> of_column(b""), of_column(to_column([3_000_000, -1, 1 << 62]))
        ((), (3000000, -1, 4611686018427387904))
    """
    if not column:
        return ()
    width = column[0]
    count = (len(column) - 1) // width
    whole = bytearray(count * _WIDE)
    for at in range(width):
        whole[at::_WIDE] = column[1 + at * count : 1 + (at + 1) * count]
    numbers: tuple[int, ...] = unpack(f"<{count}q", whole)
    return numbers
