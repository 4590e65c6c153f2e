"""A PostgreSQL server of our own in one folder, for a laptop and for tests."""

import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
_USER: Final = "suishen"
_LIMIT_S: Final = 60
INSTALL: Final = "on Debian: apt-get install -y postgresql"


class LocalPostgresError(RuntimeError):
    """A server cannot be set up or started; the message says what to do."""


def programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are, if they are."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which("initdb")
    if found is not None:
        folders.insert(0, Path(found).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "pg_ctl").exists()), None)


class LocalPostgres:
    """One server: its data, its log and its socket lie in one folder; loopback only."""

    def __init__(self, folder: Path, port: int, *, durable: bool = True) -> None:
        """Name a server; nothing is started.

        Args:
            folder: made if missing; a folder that holds a server's data keeps them.
            port: on loopback.
            durable: `False` for tests alone: it forgets at a power cut.
        """
        self.folder, self._port, self._durable = folder.resolve(), port, durable
        self._data = self.folder / "data"

    @property
    def url(self) -> str:
        """For SQLAlchemy."""
        return f"postgresql+psycopg://{_USER}@{HOST}:{self._port}/postgres"

    def up(self) -> str:
        """Start it, or find it running; its URL.

        Raises:
            LocalPostgresError: PostgreSQL is missing, the port is taken, or it does not start.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        user = _unprivileged()
        if user is not None:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        if not (self._data / "PG_VERSION").exists():
            self._run("initdb", "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        elif self.is_running():
            # The fourth line is the port, which may be another than ours.
            lines = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
            self._port = int(lines[3])
            return self.url
        _check_free(self._port)
        options = f"-c listen_addresses={HOST} -p {self._port} -k '{self.folder}'"
        if not self._durable:
            options += " -c fsync=off"
        log = str(self.folder / "server.log")
        self._run("pg_ctl", "start", "-w", "-t", str(_LIMIT_S), "-l", log, "-o", options)
        return self.url

    def down(self) -> None:
        """Stop it; its data stay. Nothing to do where none runs."""
        if self.is_running():
            self._run("pg_ctl", "stop", "-w", "-t", str(_LIMIT_S), "-m", "fast")

    def is_running(self) -> bool:
        """Is a server over this folder alive?"""
        if not (self._data / "PG_VERSION").exists():
            return False
        return self._call("pg_ctl", "status").returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        done = self._call(program, *arguments)
        if done.returncode != 0:
            said = " ".join(done.stderr.split())[-300:]
            raise LocalPostgresError(
                f"{program} failed over {self.folder}: {said}; see server.log there. As root it "
                "runs as another user, who must be able to enter that folder"
            )

    def _call(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        folder = programs()
        if folder is None:
            raise LocalPostgresError(f"no PostgreSQL server on this machine; {INSTALL}")
        user = _unprivileged()
        as_user = [] if user is None else ["runuser", "-u", user.pw_name, "--"]
        with Path(self.folder / "command.err").open("w+", encoding="utf-8") as said:
            # A pipe would stay open in the server that is started, and be waited for.
            done = subprocess.run(  # noqa: S603 - our own arguments
                [*as_user, str(folder / program), "-D", str(self._data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd=self.folder,
                check=False,
            )
            said.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, "", said.read())


def _unprivileged() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: the user to run it as, if we are root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise LocalPostgresError("PostgreSQL does not run as root; make a user 'postgres'")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise LocalPostgresError(
                f"port {port} is taken by another process; stop it, or choose another port"
            ) from None
