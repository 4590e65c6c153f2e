"""Whole numbers of one kind, side by side: a column costs what its largest number needs."""

from collections.abc import Sequence
from math import gcd
from struct import pack, unpack
from typing import Final

from schemas.time import SECOND

_UNITS: Final = (SECOND, 1000, 1)
"""What all may be a multiple of; clocks tell seconds, thousandths or millionths."""
_WIDE: Final = 8
_DIGIT: Final = 16


def to_column(numbers: Sequence[int]) -> bytes:
    """Numbers of 64 bits as bytes; the first byte says their unit and width.

    Example:
        >>> to_column([]), len(to_column([7, 8])), len(to_column([3_000_000, -1]))
        (b'', 3, 17)
    """
    if not numbers:
        return b""
    common = gcd(*numbers)
    place = next(place for place, unit in enumerate(_UNITS) if common % unit == 0)
    if _UNITS[place] > 1:
        numbers = [number // _UNITS[place] for number in numbers]
    is_signed = min(numbers) < 0
    width = _WIDE if is_signed else max(1, (max(numbers).bit_length() + 7) // 8)
    # By byte, the lowest of all first: to leave out what is 0 in all is then to stop early.
    whole = pack(f"<{len(numbers)}q", *numbers)
    return bytes([place * _DIGIT + width]) + b"".join([whole[at::_WIDE] for at in range(width)])


def of_column(column: bytes) -> tuple[int, ...]:
    """The numbers again.

    Example:
        >>> of_column(b""), of_column(to_column([3_000_000, -1, 1 << 62]))
        ((), (3000000, -1, 4611686018427387904))
    """
    if not column:
        return ()
    place, width = divmod(column[0], _DIGIT)
    count = (len(column) - 1) // width
    whole = bytearray(count * _WIDE)
    for at in range(width):
        whole[at::_WIDE] = column[1 + at * count : 1 + (at + 1) * count]
    numbers: tuple[int, ...] = unpack(f"<{count}q", whole)
    unit = _UNITS[place]
    return tuple([number * unit for number in numbers]) if unit > 1 else numbers
