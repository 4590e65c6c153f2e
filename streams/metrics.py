"""Every metric of the product, in one place. Labels come from closed sets, never an id.

Nothing is registered at import: whoever runs a process makes one `Metrics` over its own registry.
"""

from typing import Final, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_SLI_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0)
_STAGE_S: Final = (0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
_PUBLISH_S: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class Metrics:
    """The catalogue of `operate.md` §5, its first dozen and a few more."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register everything.

        Args:
            registry: the process's own; made anew in each test.
        """
        self.registry = registry
        self.events_received = Counter(
            "suishen_events_received",
            "Events that a door took, by channel and type (unknown: other).",
            ("channel", "event_type"),
            registry=registry,
        )
        self.events_rejected = Counter(
            "suishen_events_rejected", "Events that a door refused.", ("reason",), registry=registry
        )
        self.publish_requests = Counter(
            "suishen_publish_requests",
            "Requests to a door by status code.",
            ("code",),
            registry=registry,
        )
        self.publish_seconds = Histogram(
            "suishen_publish_seconds",
            "From a request to its answer.",
            buckets=_PUBLISH_S,
            registry=registry,
        )
        self.event_to_task_seconds = Histogram(
            "suishen_event_to_task_seconds",
            "From received at to visible, interactive types only: the service level.",
            ("channel",),
            buckets=_SLI_S,
            registry=registry,
        )
        self.stage_seconds = Histogram(
            "suishen_stage_seconds",
            "One batch in one stage of a worker.",
            ("stage",),
            buckets=_STAGE_S,
            registry=registry,
        )
        self.events_applied = Counter(
            "suishen_events_applied", "Events that a fold applied.", ("fold",), registry=registry
        )
        self.events_surprising = Counter(
            "suishen_events_surprising",
            "Unknown fields and unknown enumeration values in accepted events.",
            ("fold",),
            registry=registry,
        )
        self.consumer_lag_records = Gauge(
            "suishen_consumer_lag_records",
            "Records of a log that its fold has not applied, or the projector not projected.",
            ("topic", "partition"),
            registry=registry,
        )
        self.consumer_lag_seconds = Gauge(
            "suishen_consumer_lag_seconds",
            "Age of the first record of a log that is not applied, or not projected; 0 if none is.",
            ("topic", "partition"),
            registry=registry,
        )
        self.sse_clients = Gauge(
            "suishen_sse_clients", "Browsers that listen for changes.", registry=registry
        )
        self.last_commit_timestamp_seconds = Gauge(
            "suishen_last_commit_timestamp_seconds",
            "When a worker last made its work durable.",
            registry=registry,
        )
        self.state_restore_seconds = Gauge(
            "suishen_state_restore_seconds", "What the last start took.", registry=registry
        )
        self.dead_letters = Counter(
            "suishen_dead_letters",
            "Records that could not be applied.",
            ("reason",),
            registry=registry,
        )
        self.oldest_hole_seconds = Gauge(
            "suishen_oldest_hole_seconds",
            "Age of the oldest hole that is neither requeued nor waived.",
            registry=registry,
        )
        self.worker_stops = Counter(
            "suishen_worker_stops",
            "Workers that stopped by code 70.",
            ("reason",),
            registry=registry,
        )
        self.checkpoints = Counter(
            "suishen_checkpoints",
            "Checkpoints of a Kafka worker: committed, or given up to be done again.",
            ("result",),
            registry=registry,
        )
        self.outputs_suppressed = Counter(
            "suishen_outputs_suppressed",
            "Outputs made again after a restart and found in the log already.",
            ("topic",),
            registry=registry,
        )
        self.outputs_differing = Counter(
            "suishen_outputs_differing",
            "Outputs made again after a restart that say something else: an incident.",
            ("topic",),
            registry=registry,
        )
        self.states_rewritten = Counter(
            "suishen_states_rewritten",
            "States written again because a worker that had lost its partition wrote after us.",
            registry=registry,
        )
        self.rechecks_asked = Counter(
            "suishen_rechecks_asked",
            "Clients whom the sweeper asked to be looked at again after a release.",
            registry=registry,
        )
        self.guard_freezes = Counter(
            "suishen_guard_freezes",
            "Actions that a guard froze, by what it measures; a person lifts them.",
            ("measure",),
            registry=registry,
        )
        self.ticks_sent = Counter(
            "suishen_ticks_sent", "Ticks that the timer service sent.", ("fold",), registry=registry
        )
        self.timers_late_seconds = Gauge(
            "suishen_timers_late_seconds",
            "For how long the earliest due timer has been waiting for its tick.",
            ("fold",),
            registry=registry,
        )
        self.decisions = Counter(
            "suishen_decisions",
            "Decisions by the journey of what was chosen.",
            ("journey", "outcome"),
            registry=registry,
        )
        self.build_info = Gauge(
            "suishen_build_info", "Always 1.", ("version", "commit"), registry=registry
        )

    def exposition(self) -> bytes:
        """Everything in OpenMetrics format; see `CONTENT_TYPE`."""
        return cast("bytes", generate_latest(self.registry))  # type: ignore[no-untyped-call]
