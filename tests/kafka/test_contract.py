"""Trap 10: private names of Faust, mode, aiokafka and kafka-python that we use are still there.

When a version moves, these tests say which name moved and what it was for; look there before
raising the pin.
"""

import ast
import inspect
import re
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import faust
import mode.threads
import mode.worker
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.producer.message_accumulator import BatchBuilder, MessageAccumulator, MessageBatch
from faust.tables import TableManager
from faust.tables.recovery import Recovery
from faust.transport import conductor
from faust.transport.consumer import Consumer
from faust.transport.drivers import aiokafka as driver
from kafka.producer.future import FutureProduceResult, FutureRecordMetadata

from streams.kafka import app

FOLDER = Path(app.__file__).parent
PINNED = ("faust-streaming", "mode-streaming", "aiokafka", "kafka-python")

OVERRIDDEN = [
    # owner, method, the parameters that we rely on, and why
    (driver.Consumer, "_new_consumer_thread", [], "our thread has the lease"),
    (Consumer, "commit", ["topics", "start_new_transaction"], "it is the checkpoint"),
    (Consumer, "wait_empty", [], "it has a deadline"),
    (Consumer, "ack", ["message"], "offsets are the host's business"),
    (Consumer, "on_partitions_revoked", ["revoked"], "nothing is written after it"),
    (Consumer, "_drain_messages", ["fetcher"], "it delivers batches"),
    (driver.Consumer, "verify_event_path", ["now", "tp"], "a quiet partition is no hang"),
    (driver.AIOKafkaConsumerThread, "_create_worker_consumer", ["transport"], "assignor, fetch"),
    (driver.AIOKafkaConsumerThread, "on_start", [], "the lease looks at heartbeats"),
    (driver.AIOKafkaConsumerThread, "on_partitions_assigned", ["assigned", "generation_id"],
     "a join confirms the lease"),
    (driver.Producer, "_settings_extra", [], "acks=all and idempotent"),
    (driver.Producer, "_new_producer", ["transactional_id"], "batches do not expire"),
    (faust.App, "_create_directories", [], "nothing lies on disk"),
    (faust.App, "crash", ["reason"], "an orderly end would checkpoint"),
    (mode.worker.Worker, "_on_sigterm", [], "the end has a deadline"),
    (TableManager, "on_start", [], "it waits a second for tables"),
]  # fmt: skip

CALLED = [
    (Consumer, "_wait_next_records", "delivery asks it for records"),
    (Consumer, "perform_seek", "what was fetched before a rebalance is read again"),
    (Fetcher, "request_offset_reset", "the same where nothing is committed"),
    (Consumer, "_wait_for_ack", "wait_empty waits with it"),
    (Consumer, "_clean_unacked_messages", "wait_empty waits with it"),
    (mode.threads.QueueServiceThread, "call_thread", "commits and offsets go through the thread"),
    (TableManager, "_update_channels", "the start without the wait for tables"),
    (driver.AIOKafkaConsumerThread, "_ensure_consumer", "the coordinator is behind it"),
    (GroupCoordinator, "_do_heartbeat", "the lease wraps it"),
    (GroupCoordinator, "fetch_committed_offsets", "commits with their metadata"),
    (AIOKafkaProducer, "create_batch", "batches are built by us"),
    (AIOKafkaProducer, "send_batch", "batches are built by us"),
    (BatchBuilder, "append", "batches are built by us"),
    (BatchBuilder, "close", "batches are built by us"),
]

IN_THE_SOURCE = [
    # owner, a fragment of its source, and why
    (Consumer, "self._unacked_messages", "wait_empty waits for what is in the agent"),
    (Consumer, "self._waiting_for_ack", "ack wakes whoever waits"),
    (Consumer, "self._read_offset", "delivery starts at the commit"),
    (Consumer, "self.flow_active", "a rebalance stops the flow"),
    (Consumer, "self.can_resume_flow", "and resumes it"),
    (conductor.Conductor, "self._tp_index", "delivery finds the channels of a partition"),
    (driver.Producer, "self._producer", "the writer takes aiokafka's producer from it"),
    (AIOKafkaConsumer, "self._fetch_max_wait_ms", "Faust hard-codes 1,500 ms (trap 2)"),
    (AIOKafkaConsumer, "self._partition_assignment_strategy", "sticky (trap 2)"),
    (AIOKafkaConsumer, "self._fetcher", "positions are reset behind it"),
    (AIOKafkaConsumer, "self._coordinator", "heartbeats, member id and generation"),
    (GroupCoordinator, "self.member_id", "who we are"),
    (GroupCoordinator, "self.generation", "kept partitions need the very next one"),
    (GroupCoordinator, "await self._do_heartbeat()", "the lease wraps it on the instance"),
    (AIOKafkaProducer, "self._message_accumulator", "batches do not expire"),
    (MessageAccumulator, "self._batch_ttl", "batches do not expire"),
    (MessageAccumulator, "asyncio.shield(batch.future)", "acknowledgements are futures"),
    (MessageBatch, "record_metadata_class", "an acknowledgement tells the first offset"),
    (TableManager, "await self.recovery.start()", "the start without the wait for tables"),
    (Recovery, "await app.on_rebalance_complete.send()", "take-over comes before the flow"),
    (faust.Worker, "spinner", "no spinner in logs"),
    (FutureRecordMetadata, "_produce_future", "the publisher waits for one record a partition"),
    (FutureProduceResult, "topic_partition", "the publisher waits for one record a partition"),
]


def moved(name, owner, why):
    """The sentence that a moved name fails with."""
    module = owner.__module__.split(".")[0]
    return (
        f"{owner.__module__}.{owner.__qualname__} has moved ({name!r} is not there any more) in "
        f"the installed {module}: streams/kafka relies on it: {why}. "
        "Keep the pin, or adapt and prove it again (engine.md, trap 10)"
    )


@pytest.mark.parametrize(
    ("owner", "name", "wanted", "why"), OVERRIDDEN, ids=lambda value: str(value)[:40]
)
def test_a_method_that_we_override_is_still_called_so(owner, name, wanted, why):
    method = getattr(owner, name, None)
    assert method is not None, moved(name, owner, why)
    found = [parameter for parameter in inspect.signature(method).parameters if parameter != "self"]
    assert found == wanted, moved(f"{name}({', '.join(wanted)})", owner, why)


@pytest.mark.parametrize(("owner", "name", "why"), CALLED, ids=lambda value: str(value)[:40])
def test_a_method_that_we_call_is_still_there(owner, name, why):
    assert callable(getattr(owner, name, None)), moved(name, owner, why)


@pytest.mark.parametrize(
    ("owner", "fragment", "why"), IN_THE_SOURCE, ids=lambda value: str(value)[:40]
)
def test_a_name_inside_a_class_is_still_used_as_we_rely_on_it(owner, fragment, why):
    modules = {sys.modules[kind.__module__] for kind in owner.__mro__ if kind is not object}
    sources = "".join(inspect.getsource(module) for module in modules)
    assert fragment in sources, moved(fragment, owner, why)


def test_a_moved_name_is_told_in_one_clear_sentence():
    said = moved("_gone", Consumer, "delivery asks it for records")
    assert said.startswith("faust.transport.consumer.Consumer has moved ('_gone' is not there")
    assert "delivery asks it for records" in said


def test_every_private_name_that_we_use_stands_in_these_tables():
    """A name is private and foreign if it begins with _ and none of ours is called so."""
    listed = {name for _, name, *_ in (*OVERRIDDEN, *CALLED)}
    listed |= {name for _, fragment, _ in IN_THE_SOURCE for name in re.findall(r"\w+", fragment)}
    foreign = set()
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        foreign |= {name for name in used if re.match(r"_[a-z]", name)} - _ours(tree)
    foreign -= {"_exit", "_asdict", "_replace", "_fields"}  # documented
    assert foreign - listed == set()


def _ours(tree):
    """Names that a module gives to its own methods and attributes."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            is_self = isinstance(node.value, ast.Name) and node.value.id == "self"
            found |= {node.attr} if is_self else set()
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return found


def test_versions_are_pinned_exactly_and_installed():
    text = (FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    dependencies = tomllib.loads(text)["project"]["dependencies"]
    for name in PINNED:
        assert f"{name}=={version(name)}" in dependencies
