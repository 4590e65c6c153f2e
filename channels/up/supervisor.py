"""Starts processes, asks how they are, starts again what must not stay away, stops them all."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from channels.up.parts import Part
from streams.errors import WorkerStopError

RESTARTED: Final = 70
"""The machinery stopped: the process reloads what is durable."""
_STOP_S: Final = 45.0
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 30.0
_LOOK_S: Final = 0.25
_ANSWER_S: Final = 2.0


@dataclass(slots=True)
class Running:
    """One part as it is now."""

    part: Part
    process: "subprocess.Popen[bytes]"
    restarts: int = 0
    pause_s: float = _FIRST_PAUSE_S
    not_before: float = 0.0
    health: str = "starting"
    """`ready`, or why not."""


@dataclass(slots=True)
class Supervisor:
    """All parts on this machine."""

    parts: Sequence[Part]
    environment: Mapping[str, str]
    """What they share, over this process's own."""
    folder: Path
    """Where each writes its log."""
    program: Sequence[str] = (sys.executable, "-m", "channels")
    running: dict[str, Running] = field(default_factory=dict)

    def start(self) -> None:
        """Start every part, in order."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for part in self.parts:
            self.running[part.name] = Running(part, self._spawn(part))

    def watch(self, stop: threading.Event) -> None:
        """Keep them running until told to stop.

        Raises:
            WorkerStopError: one ended by an error that a new start would not mend.
        """
        while not stop.wait(_LOOK_S):
            self.look()

    def look(self) -> None:
        """Ask each how it is; start again what the machinery stopped."""
        with httpx.Client(timeout=_ANSWER_S) as client:
            for one in self.running.values():
                code = one.process.poll()
                if code is None:
                    one.health = _asked(client, one.part)
                    if one.health == "ready":
                        one.pause_s = _FIRST_PAUSE_S
                else:
                    self._ended(one, code)

    @property
    def is_ready(self) -> bool:
        """Is every part ready?"""
        return all(one.health == "ready" for one in self.running.values())

    def health(self) -> dict[str, str]:
        """By part: `ready`, or why not."""
        return {name: one.health for name, one in self.running.items()}

    def stop(self) -> dict[str, int]:
        """End them in the opposite order; the exit code of each."""
        codes = {}
        for one in reversed(self.running.values()):
            if one.process.poll() is None:
                one.process.send_signal(signal.SIGTERM)
        until = time.monotonic() + _STOP_S
        for name, one in reversed(self.running.items()):
            try:
                codes[name] = one.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.process.kill()
                codes[name] = one.process.wait()
        return codes

    def _ended(self, one: Running, code: int) -> None:
        if code not in (RESTARTED, -signal.SIGKILL):
            raise WorkerStopError(
                f"{one.part.name} ended with code {code}: {self._last_line(one.part)}"
            )
        now = time.monotonic()
        if one.not_before == 0.0:
            one.health, one.not_before = f"ended with code {code}", now + one.pause_s
            one.pause_s = min(2 * one.pause_s, _LONGEST_PAUSE_S)
        elif now >= one.not_before:
            one.process, one.not_before = self._spawn(one.part), 0.0
            one.restarts += 1
            one.health = "starting"

    def _spawn(self, part: Part) -> "subprocess.Popen[bytes]":
        with self._log(part).open("ab") as log:
            # A session of its own: Ctrl-C at the terminal is for us, who end them in order.
            return subprocess.Popen(  # noqa: S603 - our own arguments
                [*self.program, *part.arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment, **part.environment},
                start_new_session=True,
            )

    def _log(self, part: Part) -> Path:
        return self.folder / f"{part.name}.log"

    def _last_line(self, part: Part) -> str:
        lines = self._log(part).read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1][-500:] if lines else "it said nothing"


def _asked(client: httpx.Client, part: Part) -> str:
    """`ready`, or why not, in the part's own words."""
    try:
        answer = client.get(f"http://127.0.0.1:{part.metrics_port}/readyz")
    except httpx.TransportError:
        return "no answer yet"
    return "ready" if answer.status_code == httpx.codes.OK else answer.text
