"""The runner of operations over Kafka: steps that the client fold asks for go to the core bank.

Answered, then committed: a crash between the two asks the core bank again by the same key, which
does it once, and says the same again, which the fold knows.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

from channels.corebank.overhttp import HttpCoreBank
from channels.corebank.port import CoreBank, answer_to
from channels.membership import follower_of
from channels.process import Process
from journeys.identity import derive
from schemas import codec
from schemas.cases import StepOutcome
from schemas.facts import StepAsked
from schemas.signals.corebank import StepAnswered
from schemas.time import Instant
from streams.errors import TransientError, WorkerStopError
from streams.kafka.faults import Fault
from streams.kafka.publisher import KafkaPublisher
from streams.ports import Outgoing, Record
from streams.topics import CLIENT_EVENTS, CLIENT_FACTS, OPERATIONS_GROUP

T = TypeVar("T")
SOURCE: Final = "/corebank/operations"
_ASKED: Final = codec.wire_type(StepAsked)
_POLL_S: Final = 0.2
_AT_ONCE: Final = 500
_PAUSE_S: Final = 0.5


class Writer(Protocol):
    """Writes records that are durable when the call returns."""

    def write(self, messages: Sequence[Outgoing]) -> object:
        """Write all; `TransientError` if the broker is away."""
        ...


class Following(Protocol):
    """Reads a log as a member of a group."""

    @property
    def is_member(self) -> bool:
        """Have we joined?"""
        ...

    def poll(self, wait_s: float, most: int) -> Sequence[Record]:
        """What has arrived; `TransientError` if the broker is away."""
        ...

    def commit(self) -> bool:
        """Go on from here next time; false if the records are somebody else's by now."""
        ...


def run_operations(process: Process, fault: Fault, instance: int | None) -> None:
    """Have steps carried out until told to stop.

    Raises:
        WorkerStopError: no core bank is named, a topic is missing, or access is refused.
    """
    settings = process.settings
    if settings.corebank_url is None:
        raise WorkerStopError("no core bank; set SUISHEN_COREBANK_URL to http://host:port")
    follower = follower_of(process, [CLIENT_FACTS], OPERATIONS_GROUP, instance)
    publisher, core = KafkaPublisher(process.bootstrap), HttpCoreBank(settings.corebank_url)
    try:
        Operations(process, follower, publisher, core, fault).run()
    finally:
        for part in (follower, publisher, core):
            part.close()


class Operations:
    """One process that runs operations."""

    def __init__(
        self,
        process: Process,
        follower: Following,
        writer: Writer,
        core: CoreBank,
        fault: Fault,
    ) -> None:
        """Prepare to follow.

        Args:
            process: logs, health, clock.
            follower: of client-facts.
            writer: to the clients' logs.
            core: carries steps out.
            fault: where a test lets it die.
        """
        self._process, self._follower, self._writer = process, follower, writer
        self._core, self._fault = core, fault

    def run(self) -> None:
        """Follow until told to stop."""
        while not self._process.stop.is_set():
            try:
                self.step()
            except TransientError as error:
                self._away(error)

    def step(self) -> int:
        """Have what was asked for carried out; how many steps.

        Raises:
            TransientError: the broker is away. What was not committed comes again.
        """
        self._process.health.beat()
        records = self._follower.poll(_POLL_S, _AT_ONCE)
        if self._follower.is_member:
            self._process.health.ready()
        if not records:
            return 0
        answers, unknown = self._answers(records)
        self._fault.at("operations.write")
        if answers:
            self._until_there(lambda: self._writer.write(answers))
        self._fault.at("operations.commit")
        is_ours = self._until_there(self._follower.commit)
        if answers:
            self._process.log.info(
                "steps_answered",
                batch_events=len(answers),
                dead=unknown,
                result="committed" if is_ours else "others will repeat it",
            )
        return len(answers)

    def _until_there(self, call: Callable[[], T]) -> T:
        """Try until it is done: what was given out is not given out again while we live."""
        while True:
            try:
                return call()
            except TransientError as error:
                if self._process.stop.is_set():
                    raise
                self._away(error)

    def _away(self, error: TransientError) -> None:
        self._process.health.not_ready(str(error))
        self._process.log.warning("broker_away", reason=str(error))
        self._process.stop.wait(_PAUSE_S)

    def _answers(self, records: Sequence[Record]) -> tuple[list[Outgoing], int]:
        """An answer for each step asked for, and how many the core bank gave no word on."""
        answers, unknown = [], 0
        for record in records:
            if codec.type_of(record.value) != _ASKED:
                continue
            fact = codec.decode(record.value, (StepAsked,))
            if not isinstance(fact, StepAsked):  # the decoder knows no other
                continue
            message, outcome = answered(self._core, fact, now=self._process.clock.now)
            self._process.health.beat()
            answers.append(message)
            unknown += outcome is StepOutcome.UNKNOWN
        return answers, unknown


def answered(
    core: CoreBank, fact: StepAsked, *, now: Callable[[], Instant]
) -> tuple[Outgoing, StepOutcome]:
    """Have a step carried out; the core bank's word as an event on the client's log.

    One asking has one answer by name: asked again after a crash, it is the same event.
    """
    request = fact.data
    answer = answer_to(core, request)
    at = now()
    event = codec.build(
        StepAnswered,
        answer,
        event_id=derive("step", request.key, request.attempt),
        source=SOURCE,
        key=fact.partitionkey,
        time=at,
        receivedat=at,
    )
    key = fact.partitionkey.encode()
    return Outgoing(CLIENT_EVENTS, key, codec.encode(event)), answer.outcome
