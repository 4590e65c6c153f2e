"""Starts, watches and stops the brokers of one folder."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

from streams.kafka.local.jars import HERE, LocalKafkaError, jars, java
from streams.kafka.local.properties import (
    FIRST_EPHEMERAL,
    HOST,
    PORTS_PER_NODE,
    Layout,
    properties,
)
from streams.kafka.local.readiness import why_not_ready

START_LIMIT_S: Final = 60
STOP_LIMIT_S: Final = 30
DEFAULT_PORT: Final = 19092
_POLL_S: Final = 0.05
_FLAGS: Final = (
    "-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
    f"-Dlog4j2.configurationFile={HERE / 'log4j2.yaml'}",
)  # fmt: skip
_LAYOUT: Final = "cluster.json"


class LocalKafka:
    """One cluster in one folder: its data, its logs, and the process ids of its brokers.

    Any process may open the same folder; what runs is found by its process id.
    """

    def __init__(self, folder: Path, nodes: int = 1, base_port: int = DEFAULT_PORT) -> None:
        """Name a cluster; nothing is started.

        Args:
            folder: made if missing; a folder that holds a cluster keeps its number of nodes.
            nodes: 1, or 3 with replication factor 3.
            base_port: two ports for each node from here on, all below 32768.

        Raises:
            LocalKafkaError: another number of nodes, or ports that are too high.
        """
        if nodes not in (1, 3):
            raise LocalKafkaError(f"a local Kafka has 1 or 3 nodes, not {nodes}")
        if base_port + PORTS_PER_NODE * nodes > FIRST_EPHEMERAL:
            raise LocalKafkaError(f"ports must end below {FIRST_EPHEMERAL}, not at {base_port}")
        self.folder = folder.resolve()
        self._nodes, self._base_port = nodes, base_port

    @property
    def layout(self) -> Layout | None:
        """What the folder was formatted as; `None` before the first start."""
        path = self.folder / _LAYOUT
        if not path.exists():
            return None
        said = json.loads(path.read_text(encoding="utf-8"))
        return Layout(said["cluster_id"], said["base_port"], tuple(said["directory_ids"]))

    @property
    def bootstrap(self) -> str:
        """For clients: every node.

        Raises:
            LocalKafkaError: the folder holds no cluster yet.
        """
        return self._formatted().bootstrap

    def up(self) -> str:
        """Start every node that does not run and wait until all serve; the bootstrap servers.

        Raises:
            LocalKafkaError: Java or Maven is missing, a port is taken, or a node does not start.
        """
        layout = self.layout or self._format()
        if len(layout.nodes) != self._nodes:
            raise LocalKafkaError(
                f"{self.folder} holds a cluster of {len(layout.nodes)}, not {self._nodes}; "
                "name that number, or another folder"
            )
        missing = [node for node in layout.nodes if self.pid(node) is None]
        try:
            for node in missing:
                self._start(layout, node)
            self.wait_ready()
        except BaseException:
            self._stop(missing)
            raise
        return layout.bootstrap

    def down(self) -> None:
        """Stop every node by SIGTERM; nothing to do where none runs."""
        self._stop(() if self.layout is None else self.layout.nodes)

    def kill(self, node: int) -> None:
        """`kill -9` of one node, and wait until it is gone."""
        if self._tell(node, signal.SIGKILL):
            self._wait_gone(node)
            self._pid_file(node).unlink(missing_ok=True)

    def restart(self, node: int, *, wait: bool = True) -> None:
        """Start a node that was killed; by default wait until all partitions are whole again."""
        if self.pid(node) is None:
            self._start(self._formatted(), node)
        if wait:
            self.wait_ready()

    def wait_ready(self, limit_s: float = START_LIMIT_S) -> None:
        """Wait until metadata shows every node, and a leader for every partition.

        Raises:
            LocalKafkaError: a node ended, or not in time.
        """
        layout, why = self._formatted(), ""

        def ready() -> bool:
            nonlocal why
            self._check_alive(layout)
            why = why_not_ready(layout)
            return not why

        if not _until(ready, limit_s):
            raise LocalKafkaError(f"not ready after {limit_s:.0f} s: {why}; see {self.folder}")

    def status(self) -> dict[str, Any]:
        """What runs: `folder`, `bootstrap`, `nodes` with pid and port each, `ready`, `why`."""
        layout = self.layout
        if layout is None:
            why = "no cluster here; 'suishen kafka up' makes one"
            return {"folder": str(self.folder), "bootstrap": None, "nodes": [], "ready": False,
                    "why": why}  # fmt: skip
        nodes = [
            {"node": node, "port": layout.port(node), "pid": self.pid(node)}
            for node in layout.nodes
        ]
        down = [str(node["node"]) for node in nodes if node["pid"] is None]
        why = f"not running: node {', '.join(down)}" if down else why_not_ready(layout)
        return {"folder": str(self.folder), "bootstrap": layout.bootstrap, "nodes": nodes,
                "ready": not why, "why": why}  # fmt: skip

    def pid(self, node: int) -> int | None:
        """The process id of a node that runs."""
        try:
            pid = int(self._pid_file(node).read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        return pid if _runs(pid, self._node(node)) else None

    def _formatted(self) -> Layout:
        layout = self.layout
        if layout is None:
            raise LocalKafkaError(f"no cluster in {self.folder}; 'suishen kafka up' makes one")
        return layout

    def _format(self) -> Layout:
        """Give out ids and format each node's storage; the layout is written last."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ids = [_random_id() for _ in range(self._nodes + 1)]
        layout = Layout(ids[0], self._base_port, tuple(ids[1:]))
        if len(layout.nodes) == 1:
            voters = ["--standalone"]
        else:
            voters = ["--initial-controllers", layout.initial_controllers]
        for node in layout.nodes:
            folder = self._node(node)
            # Left by a start that was broken off: without the layout it was never in use.
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            path = folder / "server.properties"
            path.write_text(properties(layout, node, folder), encoding="utf-8")
            _format_storage("-t", layout.cluster_id, "-c", str(path), *voters)
        made = self.folder / f"{_LAYOUT}.new"
        made.write_text(json.dumps(layout._asdict()), encoding="utf-8")
        made.rename(self.folder / _LAYOUT)
        return layout

    def _start(self, layout: Layout, node: int) -> None:
        for port in (layout.port(node), layout.controller_port(node)):
            _check_free(port)
        folder = self._node(node)
        command = [java(), *_FLAGS, "-cp", _class_path(), "kafka.Kafka"]
        with (folder / "broker.log").open("ab") as log:
            # A session of its own: Ctrl-C at the terminal is not for the brokers.
            process = subprocess.Popen(  # noqa: S603 - our own arguments
                [*command, str(folder / "server.properties")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                start_new_session=True,
            )
        self._pid_file(node).write_text(str(process.pid), encoding="ascii")
        _CHILDREN[process.pid] = process

    def _stop(self, nodes: Iterable[int]) -> None:
        """Tell all, then wait for each: a lone survivor of three cannot hand over its lead."""
        told = [node for node in nodes if self._tell(node, signal.SIGTERM)]
        for node in told:
            if not self._wait_gone(node):
                self._tell(node, signal.SIGKILL)
                self._wait_gone(node)
            self._pid_file(node).unlink(missing_ok=True)

    def _tell(self, node: int, what: signal.Signals) -> bool:
        pid = self.pid(node)
        if pid is not None:
            os.kill(pid, what)
        return pid is not None

    def _wait_gone(self, node: int) -> bool:
        return _until(lambda: self.pid(node) is None, STOP_LIMIT_S)

    def _check_alive(self, layout: Layout) -> None:
        for node in layout.nodes:
            if self._pid_file(node).exists() and self.pid(node) is None:
                log = self._node(node) / "broker.log"
                said = last_words(log.read_text("utf-8", "replace"))
                raise LocalKafkaError(f"node {node} ended while starting; {log} says:\n{said}")

    def _node(self, node: int) -> Path:
        return self.folder / f"node-{node}"

    def _pid_file(self, node: int) -> Path:
        return self._node(node) / "pid"


_CHILDREN: Final[dict[int, subprocess.Popen[bytes]]] = {}
"""Brokers that this process started: one that ended must be waited for, or its id stays."""


def up(folder: Path, nodes: int = 1, base_port: int = DEFAULT_PORT) -> str:
    """Start a cluster, or find it running; the bootstrap servers.

    Raises:
        LocalKafkaError: what is missing or in the way.
        TransientError: the jars could not be fetched.
    """
    return LocalKafka(folder, nodes, base_port).up()


def down(folder: Path) -> None:
    """Stop whatever runs of the cluster in a folder; its data stay."""
    LocalKafka(folder).down()


def status(folder: Path) -> Mapping[str, Any]:
    """What runs in a folder; see `LocalKafka.status`."""
    return LocalKafka(folder).status()


def _random_id() -> str:
    """22 characters as Kafka writes an id; each of its JVMs would take half a second for one."""
    # Kafka reads a leading hyphen as an option.
    return urlsafe_b64encode(b"\x01" + token_bytes(15)).decode().rstrip("=")


def _format_storage(*arguments: str) -> None:
    command = [java(), *_FLAGS, "-cp", _class_path(), "kafka.tools.StorageTool", "format"]
    done = subprocess.run(  # noqa: S603 - our own arguments
        [*command, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=START_LIMIT_S,
    )
    if done.returncode != 0:
        said = last_words(done.stdout + done.stderr)
        raise LocalKafkaError(f"the storage could not be formatted:\n{said}")


def last_words(said: str) -> str:
    """The last lines that a JVM printed, without the frames of its stack traces."""
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith("\tat ")]
    return "\n".join(lines[-5:])


def _class_path() -> str:
    return os.pathsep.join(str(path) for path in jars())


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        # As the broker's own socket does: a port whose last connection is closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise LocalKafkaError(
                f"port {port} is taken by another process; stop it, or choose other ports"
            ) from None


def _runs(pid: int, folder: Path) -> bool:
    child = _CHILDREN.get(pid)
    if child is not None:
        if child.poll() is None:
            return True
        del _CHILDREN[pid]
        return False
    # A process id is given out again: it must be a process over this node's file.
    return str(folder / "server.properties") in _command(pid)


def _command(pid: int) -> str:
    """A process's command line, empty if it is gone; Linux tells it in a file, others by `ps`."""
    if Path("/proc/self/cmdline").exists():
        try:
            said = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            return ""
        return said.replace(b"\0", b" ").decode("utf-8", "replace")
    asked = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout  # noqa: S603


def _until(done: Callable[[], bool], limit_s: float) -> bool:
    """Ask again and again; whether it came true in time."""
    until = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(_POLL_S)
    return True
