"""A release changed a journey: its runs of another version stay, move or end, as its row says.

A release touches nobody by itself: a run is migrated when its client's next event or timer comes,
before anything else of it. Migration is a cause of its own, so that its facts have names which the
event, heard a second time, could not take.
"""

from journeys.client.journey.instance import Instance
from journeys.client.journey.migration import Fate, migrate
from journeys.client.steps import journeys
from journeys.client.steps.draft import Draft, cause
from schemas.facts import JourneyEnd

REASON = "migrated"


def follow(draft: Draft) -> bool:
    """Migrate the runs that need it; were there any? Then the draft's cause is theirs."""
    edition, now, moved = draft.edition, draft.now, False
    for run in draft.instances:
        found = edition.journeys.get(run.journey)
        if found is not None and found.version == run.version and run.step in found.steps:
            continue
        to = migrate(run, edition.journeys, draft.catalogue.journey)
        if to.fate is Fate.STAYS:
            continue
        version = 0 if found is None else found.version
        # Of an outlet in a stage and out of it a client may come twice under one marker.
        name = f"{run.name}:{version}:{draft.reference.offset}:{now}"
        draft.begin(cause(name, "/suishen/migration", at=now, kind="migration"), now=now)
        _migrate(draft, run, to.step, is_over=to.journey is None)
        moved = True
    return moved


def _migrate(draft: Draft, run: Instance, step: str, *, is_over: bool) -> None:
    if is_over:
        journeys.end(draft, run, JourneyEnd.EXIT, REASON)
    else:
        journeys.move(draft, run, step, reason=REASON)
