"""The watcher of guards over logs in memory, and beside a running engine."""

import pytest

from schemas import codec
from schemas.facts import TaskChanged
from schemas.reference import CatalogueFiles, Stop
from schemas.tasks import Outcome, TaskState
from schemas.time import HOUR, Instant
from streams.embedded.file import FileReader
from streams.errors import TransientError
from streams.guarding import Guarding
from streams.ports import Outgoing
from streams.readmodel.database import open_database
from streams.readmodel.stops import StopSwitch
from streams.reference import ReferenceLog, releases
from tests.builders import MONDAY_10
from tests.fakes import FakeLog, StillClock
from tests.journeys.catalogue.shipped import changed
from tests.journeys.client.living import INFLOW, planned, tasks_of
from tests.streams.running import Running

FEW = changed("guards.toml", "of_last = 50", "of_last = 10")
TASK = tasks_of(planned())[-1]


class Watched:
    """Logs in memory with a catalogue, the switch, and its watcher."""

    def __init__(self, folder):
        self.log, self.told, self.number = FakeLog(), [], 0
        self.log.append(releases([CatalogueFiles(version="one", files=FEW)], now=MONDAY_10))
        self.engine = open_database(f"sqlite:///{folder / 'views.db'}")
        self.switch, self.clock = StopSwitch(self.engine), StillClock(MONDAY_10)
        self.is_away = False
        self.begin()

    def begin(self, **more):
        self.guarding = Guarding(self.log, self.switch, self.release, self.clock, **more)

    def release(self, stops):
        if self.is_away:
            raise TransientError("away")
        self.told.append(stops)
        self.log.append(releases([stops], now=MONDAY_10))

    def refused(self, count, *, at=MONDAY_10):
        for _ in range(count):
            self.number += 1
            self.say(at, self.number)

    def say(self, at, number, epoch="e"):
        client = f"ct_{number:032x}"
        task = TASK.model_copy(
            update={
                "client": client, "version": 2, "state": TaskState.COMPLETED,
                "outcome": Outcome.REFUSED,
            }
        )  # fmt: skip
        fact = codec.build(
            TaskChanged, task, event_id=f"f{number}", source="/suishen/client-fold",
            key=client, time=Instant(at), causeid="c", causesource="/c",
        )  # fmt: skip
        src = (("src", f"{epoch}:{number}:0".encode()),)
        self.log.append([Outgoing("tasks", client.encode(), codec.encode(fact), src, 0)])

    def in_force(self):
        return [
            (kept.stop.name, kept.set_by) for kept in self.switch.history() if not kept.lifted_at
        ]

    def lift(self, *, at=MONDAY_10 + HOUR):
        assert self.switch.lift("action", "inflow_talk", by="lead", now=Instant(at))


@pytest.fixture
def watched(tmp_path):
    watched = Watched(tmp_path)
    yield watched
    watched.engine.dispose()


FROZEN = [("inflow_talk", "guard:declines")]


def test_what_runs_into_a_guard_is_frozen_with_the_guard_as_author_and_the_engine_told(watched):
    watched.refused(9)
    assert (watched.guarding.step(), watched.in_force()) == ([], [])
    watched.refused(1)
    (trip,) = watched.guarding.step()
    assert (trip.guard.id, trip.found, trip.out_of) == ("declines", 10, 10)
    assert watched.in_force() == FROZEN
    assert [stops.stops[0].name for stops in watched.told] == ["inflow_talk"]
    assert (watched.guarding.step(), len(watched.told)) == ([], 1)


def test_a_guard_never_lifts_and_a_person_does(watched):
    watched.refused(10)
    watched.guarding.step()
    with pytest.raises(ValueError, match="a person lifts a stop"):
        watched.switch.lift("action", "inflow_talk", by="guard:declines", now=MONDAY_10)
    watched.lift()
    assert (watched.guarding.step(), watched.in_force()) == ([], [])
    assert watched.told[-1].stops == ()
    watched.refused(9, at=MONDAY_10 + 2 * HOUR)
    assert watched.guarding.step() == []
    watched.refused(1, at=MONDAY_10 + 2 * HOUR)
    assert len(watched.guarding.step()) == 1


def test_a_watcher_begun_anew_does_not_freeze_again_what_a_person_has_lifted(watched):
    watched.refused(10)
    watched.guarding.step()
    watched.lift()
    watched.begin()
    assert (watched.guarding.step(), watched.in_force()) == ([], [])
    watched.refused(10, at=MONDAY_10 + 2 * HOUR)
    watched.begin()
    assert len(watched.guarding.step()) == 1


def test_what_a_worker_tells_twice_counts_once(watched):
    for _ in range(2):
        for number in range(1, 10):
            watched.say(MONDAY_10, number)
    assert watched.guarding.step() == []
    watched.say(MONDAY_10, 1, epoch="another")
    assert len(watched.guarding.step()) == 1


def test_while_the_log_is_away_doors_obey_and_the_engine_is_told_when_it_is_back(watched):
    watched.refused(10)
    watched.is_away = True
    with pytest.raises(TransientError):
        watched.guarding.step()
    assert watched.in_force() == FROZEN
    watched.is_away = False
    watched.guarding.step()
    assert len(watched.told) == 1


def test_what_an_operator_stopped_while_the_log_was_away_is_told_too(watched):
    watched.switch.set(Stop(scope="all", reason="drill"), by="duty", now=MONDAY_10)
    watched.guarding.step()
    assert watched.told[-1].stops == (Stop(scope="all", reason="drill"),)


def test_only_so_much_of_the_past_is_read_again(watched):
    watched.refused(10)
    watched.begin(look_back=9)
    assert watched.guarding.step() == []


def test_beside_a_running_engine_a_frozen_action_is_withheld(tmp_path):
    running = Running(tmp_path)
    files = changed("guards.toml", "most = 2000", "most = 2")
    running.engine.release([CatalogueFiles(version="one", files=files)])
    engine = open_database(f"sqlite:///{tmp_path / 'views.db'}")
    reader, switch = FileReader(running.path), StopSwitch(engine)
    tell = lambda stops: running.engine.release([stops])  # noqa: E731
    guarding = Guarding(reader, switch, tell, running.clock)
    for number in range(1, 7):
        client = f"ct_{number:032x}"
        running.known(client)
        running.say("corebank.flow_posted", INFLOW, key=client, event_id=f"f{number}")
        running.live()
        while (due := running.engine.next_due()) is not None and due <= MONDAY_10 + 25 * HOUR:
            running.clock.moment = Instant(due)
            running.engine.fire_timers(due)
            running.live()
        guarding.step()
    issued = [
        fact.data.action
        for record in running.all("tasks")
        if (fact := codec.decode(record.value, codec.CLIENT_FACTS)).data.version == 1
    ]
    assert issued.count("inflow_question") == 3
    running.live()
    stops = ReferenceLog(running.engine).at(running.engine.end("reference", 0)).stops
    assert [stop.name for stop in stops] == ["inflow_question"]
    assert "guard contacts_an_hour: 3 in 60 min, limit 2" in stops[0].reason
    reader.close()
    engine.dispose()
    running.engine.close()
