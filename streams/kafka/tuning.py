"""Numbers of the Kafka worker that a deployment may change; none of them is policy."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tuning:
    """Time-outs, intervals and sizes. Faust's own defaults do not suit this worker."""

    session_s: float = 10.0
    """After so long without a heartbeat the group gives our partitions away."""
    heartbeat_s: float = 2.0
    checkpoint_s: float = 1.0
    layout_s: float = 15.0
    """Between two looks at the topics: of one made anew an idle worker hears nothing else."""
    lease_share: float = 0.8
    """Of the session: so long after a confirmed heartbeat we still write."""
    fetch_wait_ms: int = 20
    """Longest that the broker holds a fetch open; Faust hard-codes 1,500."""
    fetch_bytes: int = 4 << 20
    poll_apart_s: float = 0.005
    """Small polls come at most this often: an idle worker otherwise burns most of a core."""
    small_poll: int = 500
    """Records; a poll of fewer is small."""
    queued_batches: int = 4
    """Delivered and not yet applied, of all partitions: bounds memory."""
    slice_records: int = 500
    """Applied between two chances for the event loop to do something else."""
    hot_states: int = 100_000
    """Decoded states that a worker keeps; the rest are kept as bytes."""
    batch_bytes: int = 256 << 10
    """Of one batch of outputs or states."""
    produce_s: float = 60.0
    """How long one produce request may take; a batch is repeated until it is there."""
    patience_s: float = 60.0
    """How long a fold may be held up by something that is away, such as a reference record."""
    shutdown_s: float = 30.0
    """From SIGTERM to the end, whatever is still waiting."""
    jitter_s: float = 5.0
    """Before an exit after a broker was away: not all workers reload at once."""
    max_poll_s: float = 1000.0
    """A worker that does not poll for so long leaves its group."""
    request_s: float = 40.0
    """How long the broker may take to answer a consumer's request."""
