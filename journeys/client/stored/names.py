"""Ids on disk: all of ours are a prefix and 32 hex digits, of which half are written."""

from typing import Final

ID_BYTES: Final = 16
_END: Final = b"\0"
"""In no name."""


def bare(name: str, prefix: str) -> bytes:
    """The digits of an id alone; a name that is made otherwise as it is, and never as long."""
    text = name.encode()
    if len(name) == len(prefix) + 2 * ID_BYTES:
        try:
            digits = bytes.fromhex(name[len(prefix) :])
        except ValueError:
            return text
        return digits if prefix + digits.hex() == name else text
    return text + _END if len(text) == ID_BYTES else text


def whole(name: bytes, prefix: str) -> str:
    """The name again."""
    return prefix + name.hex() if len(name) == ID_BYTES else name.removesuffix(_END).decode()
