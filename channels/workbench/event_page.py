"""What became of an event, in the sentences of `suishen event`; what they name leads on."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from channels.event_told import lines
from channels.workbench.wording import Words

_NAME: Final = re.compile(r"\b(ct|d|t)_[0-9a-f]{32}\b")
_PAGES: Final = {"ct": "clients", "d": "decisions", "t": "tasks"}
_COMMAND: Final = "suishen explain"
"""A line that names it is for a terminal: here the decision's own page tells why."""


class Part(NamedTuple):
    """A piece of a sentence, and the page of what it names."""

    text: str
    href: str | None = None


def told(
    story: Mapping[str, Any], effects: Mapping[str, Any], words: Words
) -> Iterator[tuple[Part, ...]]:
    """Sentence by sentence."""
    for line in lines(story, effects, words):
        if _COMMAND not in line:
            yield tuple(linked(line.strip()))


def linked(line: str) -> Iterator[Part]:
    """A sentence in pieces; ids of clients, decisions and tasks lead to their pages."""
    at = 0
    for found in _NAME.finditer(line):
        if found.start() > at:
            yield Part(line[at : found.start()])
        name = found.group()
        yield Part(name[len(found[1]) + 1 :][:8], f"/{_PAGES[found[1]]}/{name}")
        at = found.end()
    if at < len(line):
        yield Part(line[at:])
