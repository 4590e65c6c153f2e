"""Worker processes without the wait for imports: one process has them all, and forks.

What runs is the worker's own `main`, in a process of its own, with its own exit code.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]


class Worker:
    """One process; its log lines are kept."""

    def __init__(self, ask: Callable[[dict[str, Any]], Any], order: dict[str, Any]) -> None:
        self._ask, self.path = ask, Path(order["log"])
        self.pid: int = ask(order)
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code, if it has ended; minus the signal if one ended it."""
        if self._code is None:
            self._code = self._ask({"poll": self.pid})
        return self._code

    def wait(self, seconds: float = 60) -> int:
        if not self.ends_within(seconds):
            raise AssertionError(f"not ended within {seconds} s\n{self.tail()}")
        code = self.poll()
        assert code is not None
        return code

    def ends_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.poll() is not None

    def signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> int:
        self.signal(signal.SIGKILL)
        return self.wait()

    def term(self, seconds: float = 60) -> int:
        self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        whole = [
            line for line in self.path.read_text().splitlines() if line[:1] + line[-1:] == "{}"
        ]
        found = [json.loads(line) for line in whole]
        return [line for line in found if event is None or line.get("event") == event]

    def until(self, event: str, *, count: int = 1, seconds: float = 60) -> dict[str, Any]:
        """Wait until it has said something; the line."""
        deadline = time.monotonic() + seconds
        while len(found := self.lines(event)) < count:
            if time.monotonic() > deadline:
                raise AssertionError(f"no {event!r} within {seconds} s\n{self.tail()}")
            if self.poll() is not None and len(self.lines(event)) < count:
                raise AssertionError(f"ended with {self._code} before {event!r}\n{self.tail()}")
            time.sleep(0.02)
        return found[count - 1]

    def tail(self) -> str:
        return self.path.read_text()[-3000:]

    @property
    def reason(self) -> str:
        """Why it has stopped."""
        return str(self.lines("worker_stops")[-1]["reason"])


class Nursery:
    """Starts workers and ends those that are left."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kafka.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
        )
        self._started: list[Worker] = []

    def worker(
        self,
        bootstrap: str,
        fold: str = "client",
        *more: str,
        instance: int | None = 0,
        odd: str | None = None,
        **env: str,
    ) -> Worker:
        """A worker; static unless `instance` is `None`; `odd` names one of `tests.kafka.odd`."""
        self._count += 1
        arguments = ["--fold", fold, "--bootstrap", bootstrap, "--no-feedback", *more]
        if instance is not None:
            arguments += ["--instance", str(instance)]
        log = self._folder / f"worker-{self._count}.log"
        log.touch()
        order = {"arguments": arguments, "env": env, "log": str(log), "odd": odd}
        worker = Worker(self._ask, order)
        self._started.append(worker)
        return worker

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def clear(self) -> None:
        """End every worker that still runs."""
        for worker in self._started:
            if worker.poll() is None:
                worker.signal(signal.SIGCONT)
                worker.kill()
        self._started.clear()

    def close(self) -> None:
        self.clear()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


@contextmanager
def nursery():
    with tempfile.TemporaryDirectory(prefix="suishen-workers-") as folder:
        found = Nursery(Path(folder))
        try:
            yield found
        finally:
            found.close()


def main() -> None:
    """Fork a worker for each order; answer with its process id, or with its exit code."""
    from streams.kafka import worker  # noqa: PLC0415 - the parent needs none of it
    from tests.kafka import odd  # noqa: PLC0415 - likewise

    for line in sys.stdin:
        order = json.loads(line)
        if "poll" in order:
            answer = _poll(order["poll"])
        else:
            answer = _fork(getattr(odd, order["odd"]) if order["odd"] else worker.main, order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _poll(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _fork(run: Callable[[list[str]], int], order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.update(order["env"])
    code = 1
    try:
        code = run(order["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
