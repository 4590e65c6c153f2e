"""What a live demonstration tells whoever started it; every command runs when pasted."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from journeys.catalogue.edition import ContactPolicy

GONE = "stopped; its folder is gone (a demo keeps nothing)"
EXAMPLE = Path(__file__).parents[1] / "schemas" / "published" / "examples" / "first_try.jsonl"


class Running(NamedTuple):
    """A demonstration under way."""

    url: str
    desk: str
    """The one left to the reader."""
    folder: Path
    speed: float
    """Bank seconds per second."""


def lines(demo: Running, hours: ContactPolicy) -> Iterator[str]:
    """Where to begin, how long the bank's day is, and what else to try."""
    opens, closes = _clock(hours.opens), _clock(hours.closes)
    last, slower = (_span((hours.closes - hours.opens) / speed) for speed in (demo.speed, 10))
    yield f"contact hours, {opens}-{closes}, last {last} here; --speed 10 gives {slower}"
    yield f"send an event, CT being a client of the inbox (more to {demo.url}/v1/events):"
    yield f"  {suishen()} publish --now --client CT {_near(EXAMPLE)} --to {demo.url}"
    yield "what became of an event:"
    yield f"  {suishen()} event ID --data {demo.folder}"
    yield f"start here: desk {demo.desk} is yours; Ctrl-C ends all"
    yield f"open {demo.url}/desks/{demo.desk}"


def suishen() -> str:
    """The program as it is called from here: a clone has it in `.venv`, on no path."""
    return _near(Path(sys.executable).with_name("suishen"))


def _near(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _span(minutes: float) -> str:
    hour = 60
    return f"{minutes:.0f} minutes" if minutes < hour else f"{minutes / hour:.1f} hours"
