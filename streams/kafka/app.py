"""The Faust app of one fold: its group, its agent, and nothing else of Faust."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import faust
from aiokafka.structs import TopicPartition
from faust.tables import TableManager
from faust.types import TP
from typing_extensions import override
from yarl import URL

from streams.collector import pass_over_what_is_loaded
from streams.kafka.cluster import GROUP
from streams.kafka.exits import Stop, described
from streams.kafka.host import Host
from streams.kafka.means import Means, Membership
from streams.kafka.membership import Commit, Member, MemberThread
from streams.kafka.transport import SCHEME, BatchTransport
from streams.kafka.tuning import Tuning

_NEVER_S: Final = 86_400.0


class FoldApp(faust.App):
    """A Faust app that exits where Faust would end in good order."""

    stop_now: Stop

    @override
    def _create_directories(self) -> None:
        """None: nothing of ours lies on disk."""

    @override
    async def crash(self, reason: BaseException) -> None:
        """Exit: Faust's orderly end would checkpoint (trap 5)."""
        self.stop_now("machinery", f"Faust failed: {described(reason)}")


class NoTables(TableManager):
    """Faust's tables, of which we have none; its start waits a second for some to appear."""

    @override
    async def on_start(self) -> None:
        """Start at once: a restart is a second shorter."""
        await self._update_channels()
        await self.recovery.start()


def make_app(
    fold: str,
    bootstrap: str,
    tuning: Tuning,
    stop_now: Stop,
    *,
    instance: int | None = None,
    settings: Mapping[str, Any] | None = None,
) -> FoldApp:
    """An app without an agent yet.

    Args:
        fold: names the group.
        bootstrap: `host:port,…`.
        tuning: time-outs and sizes.
        stop_now: ends the process.
        instance: the number of a static member, its own in every process (trap 4); a restarted
            one gets its partitions back at once.
        settings: of Faust, such as credentials.
    """
    name = None if instance is None else f"{GROUP}{fold}-{instance}"
    app = FoldApp(
        GROUP + fold,
        broker=[URL(f"{SCHEME}://{place}") for place in bootstrap.split(",")],
        autodiscover=False,
        store="memory://",
        TableManager=NoTables,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        table_standby_replicas=0,
        consumer_group_instance_id=name,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=tuning.fetch_bytes,
        broker_session_timeout=tuning.session_s,
        broker_heartbeat_interval=tuning.heartbeat_s,
        broker_request_timeout=tuning.request_s,
        broker_max_poll_interval=tuning.max_poll_s,
        broker_commit_interval=tuning.checkpoint_s,
        broker_commit_livelock_soft_timeout=_NEVER_S,
        producer_linger=0.0,
        producer_max_batch_size=tuning.batch_bytes,
        producer_request_timeout=tuning.produce_s,
        **(settings or {}),
    )
    app.stop_now = stop_now
    transport = transport_of(app)
    transport.tuning, transport.stop_now = tuning, stop_now
    return app


def attach(app: FoldApp, means: Means[Any]) -> Host[Any]:
    """Put a host under an app: its agent, its checkpoints and its take-overs."""
    host = Host(means, AppMembership(app, means.topics.source))
    transport_of(app).checkpointer = host
    source = app.topic(
        means.topics.source,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
    )

    async def apply(batches: Any) -> None:
        async for batch in batches:
            await host.process(batch)

    async def take_over(*_: Any, **__: Any) -> None:
        await host.take_over()
        pass_over_what_is_loaded()

    async def look_round() -> None:
        await host.look_round()

    app.agent(source, name=f"{means.fold}-fold")(apply)
    app.timer(means.tuning.layout_s)(look_round)
    # Not on_partitions_assigned: aiokafka sends no heartbeat while that callback runs.
    app.on_rebalance_complete.connect(take_over, weak=False)
    return host


def transport_of(app: FoldApp) -> BatchTransport:
    """The transport, as ours."""
    transport = app.transport
    if not isinstance(transport, BatchTransport):
        raise TypeError(f"{app.conf.id} does not run over {SCHEME}://")
    return transport


class AppMembership(Membership):
    """The group, as the consumer's thread knows it."""

    def __init__(self, app: FoldApp, source: str) -> None:
        self._app, self._source = app, source

    @override
    def lease_left_s(self) -> float:
        return self._thread.lease_left_s()

    @override
    def member(self) -> Member:
        return self._thread.member()

    @override
    def assigned(self) -> frozenset[int]:
        found: Iterable[TP | TopicPartition] = self._thread.assignment()
        return frozenset(tp.partition for tp in found if tp.topic == self._source)

    @override
    def is_flowing(self) -> bool:
        return bool(self._app.consumer.flow_active)  # type: ignore[attr-defined]  # the driver's

    @override
    async def committed(self, topic: str, partitions: Iterable[int]) -> dict[int, Commit]:
        return await self._thread.committed(topic, partitions)

    @override
    async def commit_all(self, topic: str, commits: Mapping[int, Commit]) -> bool:
        return await self._thread.commit_all(topic, commits)

    @property
    def _thread(self) -> MemberThread:
        thread: MemberThread = self._app.consumer._thread  # type: ignore[attr-defined]  # ours
        return thread
