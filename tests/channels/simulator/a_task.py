"""A task as a channel or desk would see it; a test names what matters."""

from schemas.tasks import Task
from schemas.time import DAY, HOUR, Instant, parse_instant
from tests.channels.simulator.lives import CLIENT

MONDAY_10 = parse_instant("2026-11-02T10:00:00+08:00")
NINE_TO_NINE = {"opens": 540, "closes": 1260, "utc_offset_minutes": 480}


def a_task(number: int = 1, **changes) -> Task:
    said = {
        "task_id": f"t_{number:032x}",
        "version": 1,
        "state": "assigned",
        "client": CLIENT,
        "decision_id": f"d_{number:032x}",
        "action": "inflow_talk",
        "treatment": "inflow_talk_remote",
        "channel": "remote",
        "method": "call",
        "desk": "remote-1",
        "backups": (),
        "marketing": True,
        "priority": 1.0,
        "gain_points": 1.0,
        "minutes": 15,
        "due": Instant(MONDAY_10 + 5 * DAY),
        "expires": Instant(MONDAY_10 + 5 * DAY),
        "window": NINE_TO_NINE,
        "reasons": (),
        "proposed_at": Instant(MONDAY_10 - HOUR),
        "changed_at": Instant(MONDAY_10 - HOUR),
    } | changes
    return Task.model_validate(said, strict=False)
