"""Choices changed by levers, told from the record alone, against the log folded without levers."""

import pytest

from journeys.replay import Tally, Whom, note
from schemas import codec
from schemas.facts import DecisionMade
from schemas.time import format_instant
from streams import recording
from streams.file_log import FileLog
from streams.ports import Outgoing
from streams.readmodel.database import open_database
from streams.readmodel.measuring import rivals
from streams.readmodel.measuring.rivals import is_changed
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS
from streams.twofold import TwoFold
from tests.builders import the_catalogue
from tests.fakes import FakeLog
from tests.journeys.catalogue.shipped import HEAD, added, loaded
from tests.streams.readmodel.facts_made import Desk, project
from tests.streams.readmodel.measured import STARTS, asked

PUSHED = "idle_cash_view"


@pytest.fixture(scope="module")
def levered():
    """The shipped catalogue, one action pushed as far as it goes, all others held back as far."""
    actions = the_catalogue().at(STARTS).actions.values()
    rows = [
        f'[[lever]]\naction = "{each.id}"\nname = "spring"\n'
        f"points = {100 if each.id == PUSHED else -50}\n{HEAD}"
        for each in actions
        if not each.obligation
    ]
    return loaded(added("arbitration.toml", "\n".join(rows)))


@pytest.fixture(scope="module")
def lived(life, levered):
    """What the life decides under levers, and where it parts from itself without them."""
    log, told, tally = FileLog.of(life / "log.jsonl"), Desk(), Tally()
    told.log = FakeLog(partitions=1)
    references, read = ReferenceLog(log), codec.reader(codec.CLIENT_LOG)
    for partition in range(log.partitions(CLIENT_EVENTS)):
        folds = TwoFold(references, levered, the_catalogue(), decode=read)
        for record in recording.records_of(log, CLIENT_EVENTS, partition):
            was, now = folds.step(record)
            if record.key is None or not (was or now):
                continue
            client = record.key.decode()
            whom = Whom(client, folds.states[client].served.tier, 480)
            note(tally, whom, [o.event for o in was], [o.event for o in now])
            for number, output in enumerate(was):
                if isinstance(output.event, DecisionMade):
                    src = f"{partition:032x}:{record.offset}:{number}".encode()
                    value = codec.encode(output.event)
                    told.log.append([Outgoing("client-facts", record.key, value, (("src", src),))])
    log.close()
    return told, tally


def test_the_record_names_the_choice_at_which_a_replay_without_levers_first_parts(lived, tmp_path):
    told, tally = lived
    database = open_database(f"sqlite:///{tmp_path / 'views.db'}")
    project(database, told)
    question = asked()
    with database.connect() as connection:
        races = rivals.races(connection, question, [])
    database.dispose()
    first = {}
    for race in races:
        if is_changed(question, race):
            first.setdefault(race.client, format_instant(race.at))
    # What would have waited for something better without levers, the record does not know.
    parted = {
        client: changed.at
        for client, changed in tally.changed.items()
        if "held_for_better" not in changed.new
    }
    assert first == parted
    assert parted
