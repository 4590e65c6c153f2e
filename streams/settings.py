"""What differs between deployments: one frozen model, read once from `SUISHEN_*`."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import permutations
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from schemas.time import Instant, parse_instant

PREFIX: Final = "SUISHEN_"
IGNORED: Final = ("SUISHEN_TEST_", "SUISHEN_HYPOTHESIS_")
"""Names of the test suite, never of a deployment."""

Port = Annotated[int, Field(ge=1, le=65535)]


class ChannelRow(NamedTuple):
    """A channel and what it may say: one row of the policy of sources."""

    name: str
    source: str

    def may_say(self, source: str) -> bool:
        """Is a source this channel's own, or below it?

        Example:
            >>> row = ChannelRow("app", "/app")
            >>> row.may_say("/app/ios"), row.may_say("/appraisal")
            (True, False)
        """
        return source == self.source or source.startswith(self.source + "/")


OTHER: Final = "other"


def channel_of(rows: Iterable[ChannelRow], source: str) -> str:
    """The channel of a source, for a label; `other` for one that no row covers.

    Example:
        >>> channel_of([ChannelRow("app", "/app")], "/app/ios")
        'app'
    """
    return next((row.name for row in rows if row.may_say(source)), OTHER)


_ROW: Final = re.compile(r"([a-z][a-z0-9_-]{0,31})=(/[a-z0-9]+(?:[/._-][a-z0-9]+)*)")


def _rows(text: object) -> object:
    """Rows of `name=/source,…`; no two of one name, and no source inside another's."""
    if not isinstance(text, str):
        return text
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _ROW.fullmatch(part)
        if match is None or match.group(1) == "unfed":  # the topic of that name is ours
            raise ValueError("write name=/source, with commas between")
        found.append(ChannelRow(*match.groups()))
    for one, other in permutations(found, 2):
        if one.name == other.name or one.may_say(other.source):
            raise ValueError("a name or a source belongs to two channels")
    return tuple(found)


Channels = Annotated[tuple[ChannelRow, ...], BeforeValidator(_rows)]


class DemoTime(NamedTuple):
    """A demonstration's time: what it shows, as of which instant of the wall, and how fast."""

    shows: Instant
    since: Instant
    speed: float


_DEMO_TIME: Final = re.compile(r"(\S+)@(\S+)\*(\d+(?:\.\d+)?)")


def _demo_time(text: object) -> object:
    """Read `<shown>@<wall>*<speed>`."""
    match = _DEMO_TIME.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError("write <shown instant>@<wall instant>*<speed>")
    return DemoTime(parse_instant(match[1]), parse_instant(match[2]), float(match[3]))


DemoClock = Annotated[DemoTime, BeforeValidator(_demo_time)]


class SettingsError(ValueError):
    """A setting is unknown or unreadable; the message names it, never its value."""


class Settings(BaseModel):
    """Each field is read from `SUISHEN_` and its name in capitals. Secrets have no default."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    data: Path = Path("var")
    """Folder of the engine file and the view file."""
    host: str = "127.0.0.1"
    """Where doors listen; anything but loopback needs the security that is not built yet."""
    port: Port = 8080
    metrics_port: Port | None = None
    """Where metrics and health are served; nowhere unless given."""
    partitions: Annotated[int, Field(ge=1, le=1024)] = 4
    """Of each event log, when an engine file is made."""
    synchronous: Literal["FULL", "NORMAL", "OFF"] = "FULL"
    """SQLite's word; anything but `FULL` may lose acknowledged events with the power."""
    database: SecretStr | None = None
    """Of the read model, `postgresql+psycopg://…`; a SQLite file in `data` unless given."""
    kafka_bootstrap: str | None = None
    """`host:port,…` of a Kafka cluster; without it a process that needs one refuses to start."""
    kafka_client_partitions: Annotated[int, Field(ge=1, le=4096)] = 8
    """Of `client-events` and its followers; fixed once the topics are made. 128 in production."""
    kafka_desk_partitions: Annotated[int, Field(ge=1, le=4096)] = 8
    """Of `desk-events` and its followers; fixed once the topics are made."""
    kafka_replication: Annotated[int, Field(ge=1, le=5)] = 1
    """3 in production, with two replicas in step for every write."""
    kafka_events_kept_days: Annotated[int, Field(ge=14)] = 14
    """Of event logs, which are archived by segment before they are deleted."""
    kafka_letters_kept_days: Annotated[int, Field(ge=1)] = 90
    kafka_compaction_lag_s: Annotated[int, Field(ge=60)] = 3600
    """So long a superseded state stays, for a worker that froze; it lengthens recovery."""
    kafka_session_s: Annotated[float, Field(ge=1, le=300)] = 10.0
    """After so long without a heartbeat a worker's partitions go to another."""
    kafka_heartbeat_s: Annotated[float, Field(gt=0, le=60)] = 2.0
    """At most a third of the session."""
    kafka_checkpoint_s: Annotated[float, Field(gt=0, le=60)] = 1.0
    """How often a worker makes states durable and commits; a restart repeats that much."""
    channels: Channels = ()
    """Channels with a topic of their own, and the source that each may speak for:
    `app=/app,corebank=/corebank`. A source covers what lies below it, such as `/app/ios`."""
    corebank_url: str | None = None
    """Of the core bank that carries out operations, `http://host:port`; without it none runs."""
    ingress_batch: Annotated[int, Field(ge=1, le=10_000)] = 500
    """Records that ingress checks and forwards at once."""
    timers_most_behind: Annotated[int, Field(ge=0)] = 1000
    """Ticks wait while the channels' topics hold more unforwarded records."""
    timers_again_s: Annotated[float, Field(ge=1)] = 60.0
    """So long after a tick another is sent, if the state still shows the same due time."""
    demo_clock: DemoClock | None = None
    """For demonstrations alone: `<shown>@<wall>*<speed>` sets the time of doors and timers."""
    sweeper_per_second: Annotated[int, Field(ge=1)] = 200
    """Events of a fan-out; they stand in the way of what clients do."""
    sweeper_sales_per_second: Annotated[int, Field(ge=1)] = 4000
    """The same of clients with an open sale that a release concerns: they come first."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_key: SecretStr | None = None
    """At least 16 characters; keys `client_ref`. Without it logs name no client at all."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment.

    Raises:
        SettingsError: an unknown name, with the nearest known one, or a value out of range.

    Example:
        >>> read_settings({"SUISHEN_PORT": "9000", "HOME": "/root"}).port
        9000
    """
    given = {name: text for name, text in environment.items() if _is_ours(name)}
    known = {PREFIX + field.upper(): field for field in Settings.model_fields}
    for name in sorted(given):
        if name not in known:
            raise SettingsError(_unknown(name, list(known)))
    try:
        settings = Settings.model_validate({known[name]: text for name, text in given.items()})
    except ValidationError as error:
        raise SettingsError(_unreadable(error)) from None
    _check_key(settings)
    return settings


def _is_ours(name: str) -> bool:
    return name.startswith(PREFIX) and not name.startswith(IGNORED)


def _unknown(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
    return f"unknown setting {name}; {meant}"


def _unreadable(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    said = (f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in faults)
    return "; ".join(said)


_SHORTEST_KEY: Final = 16


def _check_key(settings: Settings) -> None:
    key = settings.log_key
    if key is not None and len(key.get_secret_value()) < _SHORTEST_KEY:
        raise SettingsError(f"{PREFIX}LOG_KEY: at least {_SHORTEST_KEY} characters")
