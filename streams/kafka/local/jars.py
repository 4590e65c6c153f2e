"""Kafka's own jars: fetched once per machine by Maven, and held against committed checksums."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from streams.errors import TransientError

KAFKA_VERSION: Final = "4.3.1"
HERE: Final = Path(__file__).parent
_POM: Final = HERE / "pom.xml"
_LOCK: Final = HERE / "jars.lock"
_LIMIT_S: Final = 600
_INSTALL: Final = "on Debian: apt-get install -y {package}"


class LocalKafkaError(RuntimeError):
    """A local Kafka cannot be set up or started; the message says what to do."""


def java() -> str:
    """The Java program.

    Raises:
        LocalKafkaError: there is none.
    """
    return _program("java", "openjdk-17-jre-headless")


def jars() -> tuple[Path, ...]:
    """Every jar of the class path, in a fixed order; the first call on a machine fetches them.

    Raises:
        LocalKafkaError: Maven is missing, or a jar is not the one that was locked.
        TransientError: Maven could not fetch them.
    """
    folder = cache_folder() / f"kafka-{KAFKA_VERSION}-{_fingerprint()}"
    if not folder.is_dir():
        with _alone(folder.with_suffix(".lock")):
            if not folder.is_dir():
                _fetch(folder)
    wanted = locked()
    check(folder, wanted)
    return tuple(folder / name for name in wanted)


def cache_folder() -> Path:
    """The user's cache folder for this product."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "suishen"


def locked(lock: Path = _LOCK) -> dict[str, str]:
    """File names and their SHA-256, in class-path order."""
    lines = (line.split() for line in lock.read_text(encoding="utf-8").splitlines())
    return {name: checksum for checksum, name in lines}


def check(folder: Path, wanted: dict[str, str]) -> None:
    """Hold a folder of jars against the lock: none missing, none other.

    Raises:
        LocalKafkaError: names every jar that differs.
    """
    found = {path.name: _checksum(path) for path in folder.glob("*.jar")}
    wrong = sorted(name for name in found.keys() | wanted if found.get(name) != wanted.get(name))
    if wrong:
        raise LocalKafkaError(
            f"{folder}: not as locked: {', '.join(wrong)}; delete the folder and try again; if it "
            "stays so, the Maven repository serves other files than the ones in jars.lock"
        )


def _fetch(folder: Path) -> None:
    """Fetch beside the folder, check, and only then give it its name."""
    maven = _program("mvn", "maven")
    made = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", dir=folder.parent))
    try:
        _run_maven(maven, made)
        check(made, locked())
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def _run_maven(maven: str, folder: Path) -> None:
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
    try:
        # stdin closed: Maven must not wait for anybody.
        done = subprocess.run(  # noqa: S603 - our own arguments
            [maven, "-q", "-B", "-f", str(_POM), *goal],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise TransientError(f"Maven fetched nothing for {_LIMIT_S} s; try again") from None
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise TransientError(f"Maven could not fetch Kafka {KAFKA_VERSION}:\n{said}")


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process at a time fetch; the others wait and find the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _program(name: str, package: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise LocalKafkaError(
            f"a local Kafka needs '{name}', which is not on PATH; "
            f"{_INSTALL.format(package=package)}; or point to a running Kafka: --bootstrap"
        )
    return found


def _fingerprint() -> str:
    """Another pom or lock, another folder."""
    return hashlib.sha256(_POM.read_bytes() + _LOCK.read_bytes()).hexdigest()[:12]


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
