"""From outcomes on a log to decisions under the model that they taught."""

import json
from random import Random

import pytest

from channels.models.command import read_models
from channels.offline import ENGINE
from journeys.learning.model import table_of
from journeys.learning.predictor import read
from schemas import codec
from schemas.facts import TaskChanged
from schemas.tasks import Outcome, TaskState
from schemas.time import HOUR, Instant
from streams.embedded.file import EngineFile
from streams.ports import Outgoing
from streams.topics import CLIENT_FACTS, TASKS
from tests.builders import CLIENT, MONDAY_10
from tests.journeys.learning.facts_told import decided, much_later, task
from tests.models import SIZES
from tests.streams.running import Running

GOOD, BAD = "2" * len(SIZES), "1" * len(SIZES)
OWN, PARENTS = "action/inflow_question/app", ("group/inflow/app", "all/app")


def outcomes(n=900):
    """A contact an hour; of those who look good every other reaches the goal, of others few."""
    draw = Random(2)  # noqa: S311 - seeded, nothing secret
    for number in range(n):
        at, name = Instant(MONDAY_10 + number * HOUR), f"n{number}"
        looks = draw.choice((GOOD, BAD))
        is_yes = draw.random() < (0.5 if looks == GOOD else 0.04)
        end = Outcome.CONVERTED if is_yes else Outcome.NOT_NOW
        yield decided(name, at, bins=looks)
        yield task(1, TaskState.STARTED, at, name, journey=None)
        yield task(2, TaskState.COMPLETED, Instant(at + HOUR), name, journey=None, outcome=end)
    yield much_later(90)


@pytest.fixture(scope="module")
def taught(tmp_path_factory):
    """A folder with a catalogue and the outcomes of 900 contacts."""
    folder = tmp_path_factory.mktemp("outcomes")
    running = Running(folder)
    running.release()
    running.known()
    running.live()
    running.engine.close()
    file = EngineFile(folder / ENGINE, epoch="", partitions=0)
    file.begin()
    told = [
        Outgoing(
            TASKS if isinstance(fact, TaskChanged) else CLIENT_FACTS, CLIENT.encode(),
            codec.encode(fact), (), 0,
        )
        for fact in outcomes()
    ]  # fmt: skip
    file.append(told, now=MONDAY_10)
    file.commit()
    file.close()
    return folder


def test_outcomes_teach_a_model_that_is_released_and_fitted_again_as_its_next(taught, suishen):
    file, place = taught / "m.jsonl", ("--data", taught)
    code, out, _ = suishen("models", "fit", *place, "--out", file)
    assert code == 0
    assert f"{OWN}: n 900" in out
    assert out.splitlines()[-1] == "3 of 3 models may be released"
    models = {model.model: model for model in read_models(file)}
    assert set(models) == {OWN, *PARENTS}
    own = table_of(models[OWN])
    assert own.chance(read(GOOD)) == pytest.approx(0.5, abs=0.1)
    assert own.chance(read(BAD)) < 0.15
    first = file.read_bytes()
    suishen("models", "fit", *place, "--out", file)
    assert file.read_bytes() == first
    assert suishen("models", "release", file, *place)[0] == 0
    suishen("models", "fit", *place, "--out", file)
    assert {model.sequence for model in read_models(file)} == {2}


def test_figures_of_a_model_are_told_as_json(taught, suishen):
    found = json.loads(suishen("models", "fit", "--data", taught, "--json")[1])
    assert (found["labels"], found["open"], found["missing"]) == (900, 0, 0)
    row = next(row for row in found["models"] if row["model"] == OWN)
    assert row["log_loss"] < row["average_log_loss"]
    assert row["skill"] > 0.1
    # Who looks good is all there is to know: no leak, and yet more than a bank should ever see.
    assert (row["auc"] > 0.8) is row["verdict"].endswith("look for a leak")
