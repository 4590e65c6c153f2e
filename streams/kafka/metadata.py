"""What travels with a committed offset: all that a successor must know besides the states.

Compact JSON, far below the broker's 4 KiB limit:
`{"f": format, "e": epoch, "m": marker, "t": {topic: tail offset}}`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from streams.errors import WorkerStopError

FORMAT: Final = 1
MAX_BYTES: Final = 4096
"""The broker's default for `offset.metadata.max.bytes`."""


class Metadata(NamedTuple):
    """As of one committed offset."""

    epoch: str
    """32 hex digits: the log that the offset counts in."""
    marker: int
    """The reference offset named by the last marker before the committed offset; 0 before any."""
    tails: Mapping[str, int]
    """By tail-checked topic: from where on its records may be re-made."""


def encode(metadata: Metadata) -> str:
    """The text that goes into the commit.

    Raises:
        WorkerStopError: too long for a broker; no set of topics that we know is.
    """
    fields = {
        "f": FORMAT,
        "e": metadata.epoch,
        "m": metadata.marker,
        "t": dict(sorted(metadata.tails.items())),
    }
    text = json.dumps(fields, separators=(",", ":"))
    if len(text) >= MAX_BYTES:
        raise WorkerStopError(f"commit metadata has {len(text)} bytes, a broker takes {MAX_BYTES}")
    return text


def decode(text: str) -> Metadata | None:
    """Read a commit's metadata; `None` if the commit is not ours, such as after a group reset.

    Raises:
        WorkerStopError: a format from the future, or one of ours that cannot be read.

    Example:
        >>> decode(encode(Metadata("0" * 32, 7, {"tasks": 3}))).tails
        {'tasks': 3}
        >>> decode("") is None
        True
    """
    fields = _object(text)
    if fields is None or "f" not in fields:
        return None
    form = fields["f"]
    if isinstance(form, int) and form > FORMAT:
        raise WorkerStopError(
            f"commit metadata has format {form}, this worker knows {FORMAT}; "
            "run the version that wrote it, or a newer one"
        )
    try:
        tails = {str(topic): _offset(tail) for topic, tail in fields["t"].items()}
        return Metadata(str(fields["e"]), _offset(fields["m"]), tails)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise WorkerStopError(
            f"commit metadata of format {form} cannot be read ({type(error).__name__}); "
            "somebody else commits for this group"
        ) from error


def _object(text: str) -> dict[str, Any] | None:
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _offset(value: object) -> int:
    if not isinstance(value, int) or value < 0:
        raise ValueError(value)
    return value
