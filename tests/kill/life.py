"""A small life of some clients: what hosts are killed over."""

import json

from schemas.time import DAY, HOUR, Instant
from streams import recording
from tests.builders import MONDAY_10, a_product
from tests.streams.running import COMPLAINT, SPOKE, Running

CLIENTS = 24


def live(running):
    """Three days in which clients look around, complain, get money, and advisers work."""
    clients = [f"ct_{number:032x}" for number in range(1, CLIENTS + 1)]
    for client in clients:
        running.known(client)
    running.live()
    for day in range(3):
        for number, client in enumerate(clients):
            moment = Instant(MONDAY_10 + day * DAY + number * HOUR // 8)
            running.clock.moment = moment
            while running.engine.fire_timers(moment):
                running.live()
            _speak(running, client, day, number, moment)
            running.live()
        _work(running, day)
        running.engine.release([a_product("wmp1", version=day + 2)])
        running.live()


def _speak(running, client, day, number, moment):
    name = {"key": client, "at": moment}
    for page in range(6):
        event_id = f"p{day}-{number}-{page}"
        running.say("app.page_viewed", {"page": "maturity"}, event_id=event_id, **name)
    if number % 3 == day:
        running.say(SPOKE, COMPLAINT, event_id=f"u{day}-{number}", **name)
    if number % 4 == day:
        flow = {
            "account": "ac_" + "0" * 16,
            "flow": f"f{day}",
            "direction": "in",
            "amount": {"amount_minor": 60_000_000, "currency": "CNY"},
            "kind": "transfer",
        }
        running.say("corebank.flow_posted", flow, source="/corebank/ledger", **name)
    if number % 5 == day:
        running.put(b'{"type":"org.suishen.consent.opted_out.v1"', key=client)
        running.say("app.page_viewed", {"page": "maturity"}, event_id=f"p{day}-{number}-0", **name)


def _work(running, day):
    tasks = {}
    for record in running.all("tasks"):
        task = json.loads(record.value)["data"]
        tasks[task["task_id"]] = task
    for number, task in enumerate(tasks.values()):
        if task["state"] == "assigned" and number % 2 == 0:
            act = {"task_id": task["task_id"], "task_version": task["version"], "actor": "li"}
            at = Instant(running.clock.moment)
            for action in ("accept", "start"):
                running.say(
                    "desk.desk_acted",
                    act | {"action": action},
                    key=task["desk"],
                    event_id=f"{action}-{day}-{number}",
                    at=at,
                )
    running.live()


def record(folder):
    """Live it, and write it down; the file, and the hash of what was concluded in it."""
    running = Running(folder)
    running.release()
    live(running)
    recording.write(running.engine, folder / "life.jsonl")
    concluded = recording.facts_sha256(running.engine)
    running.engine.close()
    return folder / "life.jsonl", concluded
