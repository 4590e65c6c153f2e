"""Processes of the product without the wait for imports: one process has them all, and forks.

What runs is the product's own `main`, in a process of its own, with its own exit code; a kill hits
that process and no other. Imports are two seconds of a core for each, and the tests start a
hundred. `suishen up`, its parts and the benches start theirs as users do.
"""

import atexit
import gc
import importlib
import inspect
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from coverage import process_startup

from tests.conftest import TRACES_CHILDREN

Run = Callable[[list[str]], int]
_ROOT = Path(__file__).parents[2]
_LATE = (
    "aiokafka",
    "faust.assignor.partition_assignor",
    "faust.livecheck",
    "faust.transport.drivers.aiokafka",
    "channels.catalogue_cli",
    "channels.doors_cli",
    "channels.ingress.forward",
    "channels.ingress_cli",
    "channels.guard_cli",
    "channels.operations_cli",
    "channels.release_cli",
    "channels.sweeper_cli",
    "channels.timers_cli",
    "channels.gateway.app",
    "channels.workbench.app",
    "streams.readmodel.projector",
    "uvicorn.protocols.http.auto",
)
"""What the product and its libraries import when a command needs it."""


class Child:
    """A forked process, asked of as one of `subprocess` is."""

    def __init__(self, ask: Callable[[dict[str, Any]], Any], order: dict[str, Any]) -> None:
        self._ask = ask
        self.pid: int = ask(order)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, if it has ended; minus the signal if one ended it."""
        if self.returncode is None:
            self.returncode = self._ask({"poll": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Worker:
    """One worker; its log lines are kept."""

    def __init__(self, child: Child, path: Path) -> None:
        self._child, self.path = child, path
        self.poll = child.poll
        self.signal = child.send_signal

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
                raise AssertionError(f"ended with {self.poll()} before {event!r}\n{self.tail()}")
            time.sleep(0.02)
        return found[count - 1]

    def tail(self) -> str:
        return self.path.read_text()[-3000:]

    @property
    def reason(self) -> str:
        """Why it has stopped."""
        return str(self.lines("worker_stops")[-1]["reason"])


class Nursery:
    """Starts processes, and ends those workers that are left."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kafka.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            # Not traced itself: a child traces if the test does that starts it.
            env={name: said for name, said in os.environ.items() if name not in TRACES_CHILDREN},
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
        run = "worker" if odd is None else f"odd:{odd}"
        worker = Worker(self.start(run, arguments, log, {**os.environ, **env}), log)
        self._started.append(worker)
        return worker

    def start(
        self, run: str, arguments: Sequence[str], log: Path, environment: Mapping[str, str]
    ) -> Child:
        """A process; `run` is `worker`, `suishen`, or `odd:` and one of `tests.kafka.odd`."""
        log.touch()
        order = {"run": run, "arguments": [*arguments], "log": str(log), "env": dict(environment)}
        return Child(self._ask, order)

    def starter(self) -> Callable[[Sequence[str], Path, Mapping[str, str]], Child]:
        """For a verification: its workers, not traced, for other tests run the same lines."""

        def start(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Child:
            env = {name: said for name, said in environment.items() if name not in TRACES_CHILDREN}
            return self.start("worker", command[command.index("--fold") :], log, env)

        return start

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


@cache
def nursery() -> Nursery:
    """The one of this process, until its end."""
    folder = tempfile.TemporaryDirectory(prefix="suishen-workers-")
    found = Nursery(Path(folder.name))
    atexit.register(folder.cleanup)
    atexit.register(found.close)
    return found


def main() -> None:
    """Fork a process for each order; answer with its process id, or with its exit code."""
    from streams.kafka import worker  # noqa: PLC0415 - the parent needs none of it
    from tests.kafka import odd  # noqa: PLC0415 - likewise

    runs: dict[str, Run] = {
        "worker": worker.main,
        "suishen": _suishen,
        "odd:small": odd.small,
    }
    _warm()
    for line in sys.stdin:
        order = json.loads(line)
        answer = _poll(order["poll"]) if "poll" in order else _fork(runs[order["run"]], order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _warm() -> None:
    """Do what every child would do first: late imports, and the look for a caller's module."""
    for name in _LATE:
        importlib.import_module(name)
    inspect.getmodule(_warm.__code__)
    gc.freeze()


def _suishen(arguments: list[str]) -> int:
    from channels import cli  # noqa: PLC0415 - the parent needs none of it

    sys.argv = ["suishen", *arguments]
    cli.main()
    return 0


def _poll(pid: int) -> int | None:
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _fork(run: Run, order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["env"])
    process_startup()  # of coverage: it traces where the environment says so
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
