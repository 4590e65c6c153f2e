"""A recorded life folded under two catalogues: what a change of policy costs to try."""

import time
from pathlib import Path
from typing import Any, Final, NamedTuple

from channels.bench.ground import Tell
from channels.bench.life import recorded
from channels.why.logs import opener
from journeys.catalogue.catalogue import Catalogue
from journeys.catalogue.load import load
from streams.catalogue_files import read_files
from streams.replaying import Question, Replayed, replay

FLOOR_PER_CORE: Final = 5_000.0
_RULE: Final = "marketing_per_week = 2 "
_STRICTER: Final = "marketing_per_week = 1 "


class Sizes(NamedTuple):
    """How much life there is."""

    clients: int = 200
    days: int = 60


def measure(folder: Path, sizes: Sizes, *, tell: Tell = lambda _: None) -> dict[str, Any]:
    """All figures; `passes` says whether the rate holds and a repetition gave the same hash."""
    tell(f"living {sizes.days} days of {sizes.clients} clients")
    recording = recorded(folder, clients=sizes.clients, days=sizes.days)
    tell("folding it under two catalogues, twice")
    (first, took), (second, _) = (_folded(recording) for _ in range(2))
    rate = first.tally.events / took
    repeats = (first.old_sha256, first.new_sha256) == (second.old_sha256, second.new_sha256)
    return {
        "events": first.tally.events,
        "events_per_second_per_core": round(rate),
        "facts_sha256": first.new_sha256,
        "against_sha256": first.old_sha256,
        "clients_changed": len(first.tally.changed),
        "repeats": repeats,
        "passes": rate >= FLOOR_PER_CORE and repeats,
    }


def _folded(recording: Path) -> tuple[Replayed, float]:
    """A replay in one process, and its seconds of processor time."""
    opened = opener(recording, Path(), None)
    question = Question(None, _one_a_week(), "bench")
    began = time.process_time()
    found = replay(opened, question)
    return found, time.process_time() - began


def _one_a_week() -> Catalogue:
    """The shipped catalogue with one marketing contact a week instead of two."""
    files = read_files()
    if _RULE not in files["contact.toml"]:
        raise ValueError(f"contact.toml says '{_RULE.strip()}' no more; change the bench with it")
    files["contact.toml"] = files["contact.toml"].replace(_RULE, _STRICTER)
    return load(files, version="one-a-week")
