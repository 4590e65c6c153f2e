"""`server.properties` of a local broker: one node, or three that replicate."""

from pathlib import Path
from typing import Final, NamedTuple

HOST: Final = "127.0.0.1"
FIRST_EPHEMERAL: Final = 32768
"""From here on a probe that retries `connect()` may connect to itself and keep the port."""
PORTS_PER_NODE: Final = 2


class Layout(NamedTuple):
    """What a cluster is made of; written to its folder when it is formatted."""

    cluster_id: str
    base_port: int
    directory_ids: tuple[str, ...]
    """One for each node's data folder, in order."""

    @property
    def nodes(self) -> range:
        """Node numbers, from 1."""
        return range(1, len(self.directory_ids) + 1)

    def port(self, node: int) -> int:
        """Where a node serves clients."""
        return self.base_port + PORTS_PER_NODE * (node - 1)

    def controller_port(self, node: int) -> int:
        """Where a node's controller listens."""
        return self.port(node) + 1

    @property
    def bootstrap(self) -> str:
        """For clients: every node."""
        return ",".join(f"{HOST}:{self.port(node)}" for node in self.nodes)

    @property
    def controllers(self) -> str:
        """For brokers: every controller."""
        return ",".join(f"{HOST}:{self.controller_port(node)}" for node in self.nodes)

    @property
    def initial_controllers(self) -> str:
        """For formatting: who votes from the start."""
        ids = zip(self.nodes, self.directory_ids, strict=True)
        return ",".join(f"{node}@{HOST}:{self.controller_port(node)}:{text}" for node, text in ids)


_COMMON: Final = {
    "process.roles": "broker,controller",
    "inter.broker.listener.name": "PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    "auto.create.topics.enable": "false",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    # A dead broker is missed after 3 s, not 9; until then it may not register again.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # An eighth of the default: three brokers share a small machine.
    "log.cleaner.dedupe.buffer.size": "16777216",
}
_REPLICATED: Final = {
    "min.insync.replicas": "2",
    "unclean.leader.election.enable": "false",
}


def properties(layout: Layout, node: int, folder: Path) -> str:
    """The file's text for one node.

    Args:
        layout: of the whole cluster.
        node: from 1.
        folder: the node's own.
    """
    count = len(layout.nodes)
    clients, controller = layout.port(node), layout.controller_port(node)
    listeners = f"PLAINTEXT://{HOST}:{clients},CONTROLLER://{HOST}:{controller}"
    lines = _COMMON | _factors(count) | {"node.id": str(node), "listeners": listeners}
    lines["advertised.listeners"] = listeners if count > 1 else f"PLAINTEXT://{HOST}:{clients}"
    lines["controller.quorum.bootstrap.servers"] = layout.controllers
    lines["log.dirs"] = str(folder / "data")
    if count > 1:
        lines |= _REPLICATED
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def _factors(count: int) -> dict[str, str]:
    """Replication of the broker's own topics."""
    whole, least = str(count), str(min(2, count))
    return {
        "default.replication.factor": whole,
        "offsets.topic.replication.factor": whole,
        "transaction.state.log.replication.factor": whole,
        "transaction.state.log.min.isr": least,
        "share.coordinator.state.topic.replication.factor": whole,
        "share.coordinator.state.topic.min.isr": least,
    }
