"""Which types stand on which log, and what each log is keyed by: the table that is published."""

from typing import Final, NamedTuple

from schemas import codec
from schemas.envelope import TYPE_PREFIX, Envelope
from schemas.facts import TaskChanged


class Log(NamedTuple):
    """One log: its name on the wire, the meaning of its key, its types."""

    name: str
    key: str
    kinds: tuple[type[Envelope], ...]


LOGS: Final = (
    Log("client-events", "client token; none for reference markers", codec.CLIENT_LOG),
    Log("desk-events", "desk; none for reference markers", codec.DESK_LOG),
    Log("client-facts", "client token", codec.CLIENT_FACTS),
    Log("tasks", "task id", (TaskChanged,)),
    Log("desk-facts", "desk", codec.DESK_FACTS),
    Log("reference", "name of the thing released", codec.REFERENCE),
)
ALL_KINDS: Final = tuple(dict.fromkeys(kind for log in LOGS for kind in log.kinds))
"""Every event type, once."""


def short_name(kind: type[Envelope]) -> str:
    """The wire type without the house's prefix.

    Example:
        >>> from schemas.signals.app import PageViewed
        >>> short_name(PageViewed)
        'app.page_viewed.v1'
    """
    return codec.wire_type(kind).removeprefix(TYPE_PREFIX)


def speaker(kind: type[Envelope]) -> str:
    """Who says events of this type: the first word of its name."""
    return short_name(kind).split(".", 1)[0]
