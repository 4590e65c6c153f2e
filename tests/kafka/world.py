"""The product over a real Kafka and PostgreSQL, each process as in production."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any

import httpx
from sqlalchemy import Engine, select

from channels import cli
from schemas.time import SECOND, Instant, format_instant
from streams.clock import WallClock
from streams.kafka.logs import Plan
from streams.kafka.publisher import KafkaPublisher
from streams.kafka.reader import KafkaReader
from streams.ports import Outgoing
from streams.readmodel import tables
from streams.readmodel.database import open_database
from tests import services
from tests.builders import CURRENT, TERM, a_baseline, a_document
from tests.kafka.processes import Suishen, a_port


def a_client(number: int) -> str:
    return f"ct_{number:032x}"


class World:
    """Both folds, the projector, and a gateway with pages."""

    def __init__(self, bootstrap: str, database: str, folder: Any) -> None:
        self.bootstrap, self.database, self.folder = bootstrap, database, folder
        self.port = a_port()
        self.processes: dict[str, Suishen] = {}
        services.fresh_logs(bootstrap, Plan(2, 2))
        self.begin("projector")
        self.begin("client", "engine", "--fold", "client")
        self.begin("desk", "engine", "--fold", "desk")
        self.begin("gateway", "gateway", "--pages", "--port", str(self.port))
        wares = folder / "products.jsonl"
        wares.write_text("".join(f"{ware.model_dump_json()}\n" for ware in (CURRENT, TERM)))
        self.run("catalogue", "release", "--products", str(wares), "--bootstrap", bootstrap)
        for process in self.processes.values():
            process.ready()
        self.engine = open_database(database)
        # Given up before the server does: a request that meets its end would be reset.
        kept = httpx.Limits(keepalive_expiry=1)
        url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=url, timeout=30, limits=kept)

    def begin(self, name: str, *words: str, **more: Any) -> Suishen:
        """Start a process, or start it again."""
        if name in self.processes:
            self.processes[name].close()
        settings = {"kafka_bootstrap": self.bootstrap, "database": self.database}
        settings |= {"channels": "app=/app,bank=/corebank"} | more
        self.processes[name] = Suishen("run", *(words or (name,)), **settings)
        return self.processes[name]

    def run(self, *words: str) -> str:
        """A command, in a process of its own; what it said."""
        settings = {"kafka_bootstrap": self.bootstrap, "database": self.database}
        with closing(Suishen(*words, **settings)) as command:
            code = command.process.wait(60)
            assert code == 0, command.said()
            return command.said()

    def send(self, kind: str, data: Mapping[str, Any], *, client: str, event_id: str) -> None:
        """An event over HTTP, as a channel sends it."""
        answer = self.post(self.an_event(kind, data, client=client, event_id=event_id))
        assert answer.status_code == 202, answer.text

    def an_event(
        self, kind: str, data: Mapping[str, Any], *, client: str, event_id: str
    ) -> dict[str, Any]:
        now = Instant(WallClock().now() - SECOND)
        return a_document(kind, data, at=now, key=client, event_id=event_id, source="/app/mobile")

    def post(self, event: Mapping[str, Any] | bytes) -> httpx.Response:
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = {"content-type": "application/cloudevents+json"}
        return self.http.post("/v1/events", content=raw, headers=headers)

    def known(self, client: str) -> None:
        positions = [
            {**position, "as_of": format_instant(Instant(WallClock().now() - SECOND))}
            for position in a_baseline()["positions"][:1]
        ]
        baseline = a_baseline(positions=positions)
        self.send("corebank.baseline_loaded", baseline, client=client, event_id=f"known-{client}")

    def story(self, event_id: str) -> Any:
        """What the gateway tells of an event; nothing while it knows of none."""
        answer = self.http.get(f"/v1/events/{event_id}")
        return answer.json() if answer.status_code == 200 else {}

    def wait(self, what: Callable[[], Any], seconds: float = 60) -> Any:
        """Until something is true; what it is then."""
        found: list[Any] = []

        def is_there() -> bool:
            found[:] = [what()]
            return bool(found[0])

        self.processes["gateway"].until(is_there, seconds)
        return found[0]

    def task_of(self, event_id: str) -> str:
        """The task that follows from an event."""

        def task() -> Any:
            return next((c["task"] for c in self.story(event_id).get("caused", ()) if c["task"]), 0)

        found: str = self.wait(task)
        return found

    def act(self, task: str, desk: str, action: str, **more: str) -> int:
        """What an adviser does on a task's page."""
        page = self.http.get(f"/tasks/{task}?desk={desk}").text
        fields = dict(re.findall(r'name="(token|nonce|version|desk)" value="([^"]*)"', page))
        answer = self.http.post(f"/tasks/{task}/actions", data=fields | {"action": action} | more)
        return answer.status_code

    def write(self, messages: list[Outgoing]) -> list[Any]:
        """Straight onto the logs, past every door."""
        with closing(KafkaPublisher(self.bootstrap)) as publisher:
            return list(publisher.write(messages))

    def ends(self, *topics: str) -> dict[tuple[str, int], int]:
        with closing(KafkaReader(self.bootstrap)) as reader:
            return reader.ends(topics)

    def close(self) -> None:
        self.http.close()
        self.engine.dispose()
        for process in self.processes.values():
            process.close()


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of a read model, without what differs from one projection to the next."""
    found = {}
    with engine.connect() as connection:
        for table in tables.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name != "sequence"]
            if table.name != "logs":
                many = connection.execute(select(*columns)).all()
                found[table.name] = sorted(map(tuple, many), key=repr)
    return found


def projected(engine: Engine) -> dict[tuple[str, int], int]:
    """How far a read model has come."""
    with engine.connect() as connection:
        found = connection.execute(select(tables.progress)).all()
    return {(row.topic, row.part): row.next_offset for row in found}


def command(monkeypatch: Any, capsys: Any, *words: str) -> tuple[int, str]:
    """A command line in this process; its exit code and what it printed.

    Who asks with --json reads standard output alone: what is logged on the way stands elsewhere.
    """
    monkeypatch.setattr("sys.argv", ["suishen", *words])
    code = 0
    try:
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return code, (said.out or said.err) if "--json" in words else said.out + said.err
