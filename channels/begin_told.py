"""What whoever starts a demonstration, or the whole product, is told first.

Every command runs when pasted.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from journeys.catalogue.edition import ContactPolicy

GONE = "stopped; its folder is gone (a demo keeps nothing)"
EXAMPLE = Path(__file__).parents[1] / "schemas" / "published" / "examples" / "first_try.jsonl"

WHO: Final = "worry"
"""Of the story's clients, one who has not complained: a complaint to try changes their page."""


class Running(NamedTuple):
    """A product under way, as it is reached from outside."""

    gateway: str
    pages: str
    """The workbench: the gateway itself, or a door of its own."""
    asked: str
    """What `suishen` is asked of an event, `ID` being its id; in front of it the settings."""
    settings: str = ""
    """Of the environment, that this question needs."""
    desk: str | None = None
    """The one left to the reader; nobody's without a synthetic bank."""
    client: str | None = None
    """One whom that desk serves."""


def lines(running: Running) -> Iterator[str]:
    """Where to begin and what to try; what a browser opens stands last, next to the prompt."""
    yield f"the bank's time, which events are stamped with: curl {running.gateway}/v1/now"
    yield f"publish a first event, a complaint (channels post to {running.gateway}/v1/events):"
    yield f"  {_published(running)}"
    yield "its story, ID standing at the end of what that prints:"
    yield f"  {running.settings}{suishen()} {running.asked}"
    if running.client is not None:
        yield f"whom it is of: {running.pages}/clients/{running.client}"
    if running.desk is None:
        yield "start here: desks come with their first task; Ctrl-C ends all"
        yield f"open {running.pages}/"
        return
    yield f"start here: desk {running.desk} is yours; Ctrl-C ends all"
    yield f"open {running.pages}/desks/{running.desk}"


def day(hours: ContactPolicy, speed: float) -> str:
    """How long contacts may be made, at so many bank seconds per second."""
    opens, closes = _clock(hours.opens), _clock(hours.closes)
    last, slower = (_span((hours.closes - hours.opens) / each) for each in (speed, 10))
    return f"contact hours, {opens}-{closes}, last {last} here; --speed 10 gives {slower}"


def suishen() -> str:
    """The program as it is called from here: a clone has it in `.venv`, on no path."""
    return _near(Path(sys.executable).with_name("suishen"))


def _published(running: Running) -> str:
    client = "" if running.client is None else f" --client {running.client}"
    pages = "" if running.pages == running.gateway else f" --pages {running.pages}"
    said = f"publish --now{client} {_near(EXAMPLE)} --to {running.gateway}{pages}"
    return f"{suishen()} {said}"


def _near(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(minutes: float) -> str:
    hour = 60
    return f"{minutes:.0f} minutes" if minutes < hour else f"{minutes / hour:.1f} hours"
