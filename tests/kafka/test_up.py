"""`suishen up` for real: every process, broker and database; a task worked to its end."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from channels.up.parts import parts
from streams.readmodel import local_postgres
from tests import services
from tests.conftest import TRACES_CHILDREN, missing

_LOOKS = 5
_ALONE = (
    "import os; from channels.cli import main\n"
    f"for name in {TRACES_CHILDREN}: os.environ.pop(name, None)\n"
    "main()"
)
"""`suishen`, traced where the test is, without the ten processes that it starts."""

pytestmark = [pytest.mark.kafka, pytest.mark.slow]


@pytest.fixture
def up():
    """Started on free ports, at a bank minute in two seconds: a slow machine is not yet late."""
    lacks = services.kafka_lacks()
    if lacks is not None:
        missing("kafka", lacks)
    if local_postgres.programs() is None:
        missing("postgres", local_postgres.INSTALL)
    port = services.free_ports(32, 26000)
    with tempfile.TemporaryDirectory(prefix="suishen-up-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's own user must be able to enter
        command = ["up", "--folder", folder, "--port", str(port), "--clients", "30"]
        process = subprocess.Popen(
            [sys.executable, "-c", _ALONE, *command, "--speed", "30", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={k: v for k, v in os.environ.items() if not k.startswith("SUISHEN_")},
        )
        try:
            yield Up(process, port)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=120)


class Up:
    """The running product, seen from outside."""

    def __init__(self, process, port):
        self.process, self._port = process, port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port + 1}", timeout=30)
        self.http.cookies.set("language", "en")

    def until(self, path, pattern, seconds=180):
        """Wait until a page says something; the match."""
        until = time.monotonic() + seconds
        said = "nothing"
        while time.monotonic() < until:
            assert self.process.poll() is None, "it ended by itself"
            try:
                said = self.http.get(path).text
            except httpx.TransportError:
                said = "no answer"
            found = re.search(pattern, said)
            if found is not None:
                return found
            time.sleep(0.5)
        raise AssertionError(f"{path} does not say {pattern}: {said[-2000:]}")

    def act(self, task, action, **more):
        """Act as an agent would: where the task has moved on since the look, look again."""
        for _ in range(_LOOKS):
            page = self.http.get(f"/tasks/{task}?desk=remote-2").text
            fields = dict(re.findall(r'name="(token|nonce|version|desk)" value="([^"]*)"', page))
            said = fields | {"action": action} | more
            answer = self.http.post(f"/tasks/{task}/actions", data=said)
            if answer.status_code != httpx.codes.CONFLICT:
                break
        assert answer.status_code < 400, answer.text

    def ask(self, *words):
        """What a command says of the running cluster, whose broker listens 20 ports on."""
        command = [sys.executable, "-m", "channels", *words, "--json"]
        command += ["--bootstrap", f"127.0.0.1:{self._port + 20}"]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        out, _ = self.process.communicate(timeout=120)
        return self.process.returncode, json.loads(out)


def test_the_bank_speaks_a_task_is_worked_to_its_end_and_all_stops_cleanly(up):
    task = up.until("/desks/remote-2", r"/tasks/(t_[0-9a-f]{32})").group(1)
    up.act(task, "accept")
    up.until(f"/tasks/{task}?desk=remote-2", r'value="start"')
    up.act(task, "start")
    up.until(f"/tasks/{task}?desk=remote-2", r'value="complete"')
    up.act(task, "complete", outcome="solved")
    closed = up.until(f"/tasks/{task}?desk=remote-2", "This task is closed")
    decision = re.search(r"/decisions/(d_[0-9a-f]{32})", closed.string).group(1)
    again = up.ask("recompute", decision)
    assert (again["identical"], again["from_state"]) == (True, True)
    assert task in up.ask("explain", decision)["task_ids"]
    code, found = up.stop()
    assert code == 0
    assert set(found["health"].values()) == {"ready"}
    assert found["stopped"] == {part.name: 0 for part in parts(1024)}
    assert min(found["said"].values()) > 0
