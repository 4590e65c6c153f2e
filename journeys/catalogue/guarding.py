"""Guards as policy: how much of something freezes an action by itself, until a person lifts it."""

from typing import Final

import msgspec

MEASURES: Final = ("contacts", "declines", "not_right", "complaints")
"""Tasks issued; the client's own no; a desk's "not right for this client"; complaints after one."""


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """One row. It watches every action by itself, or those that it names."""

    id: str
    version: int
    measure: str
    actions: tuple[str, ...] = ()
    most: int = 0
    """Of `contacts`: more than so many within the span freeze the action."""
    within: int = 0
    """Of `contacts`, the span that is looked back on; of `complaints`, how long after a task one
    counts against its action. Microseconds."""
    share: float = 0.0
    """Of the other measures: from this share on, 0..1."""
    of_last: int = 0
    """Of the other measures: judged on the last so many tasks, and not before there are as many."""
