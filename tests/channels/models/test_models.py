"""`suishen models`: fitted on a log, released, asked by decisions, withdrawn; replay is life."""

import json
import shutil

import pytest

from channels.models.command import read_models
from channels.models.fitting import fit_log
from channels.offline import ENGINE
from schemas import codec
from schemas.facts import DecisionMade
from schemas.reference import ModelQuality
from streams import recording
from streams.embedded.file import FileReader
from streams.file_log import FileLog
from streams.past import Past
from streams.topics import CLIENT_FACTS
from tests.channels.models.conftest import MIDDLE
from tests.models import GOOD, a_model, edited
from tests.streams.running import Running


def written(folder):
    reader = FileReader(folder / ENGINE)
    for partition in range(reader.partitions(CLIENT_FACTS)):
        for record in recording.records_of(reader, CLIENT_FACTS, partition):
            event = codec.decode(record.value, codec.CLIENT_FACTS)
            if isinstance(event, DecisionMade):
                yield event.data, record.value


@pytest.fixture(scope="module")
def by_models(taught):
    """Decisions in which a model had a word for what was chosen."""
    found = [data for data, _ in written(taught) if data.versions.models and data.task_ids]
    assert len(found) > 5
    return found


@pytest.fixture
def folder(tmp_path):
    """An engine with a catalogue."""
    running = Running(tmp_path)
    running.release()
    running.known()
    running.live()
    yield tmp_path
    running.engine.close()


@pytest.mark.untraced
def test_models_are_asked_from_their_marker_on_and_not_before(taught, by_models):
    assert all(data.decided_at > MIDDLE for data in by_models)
    before = [data for data, _ in written(taught) if data.decided_at <= MIDDLE]
    assert before
    assert not any(data.versions.models for data in before)
    parts = [one.parts for data in by_models for one in data.candidates if one.chosen]
    assert any(one.p != one.prior for one in parts)


@pytest.mark.untraced
def test_a_replay_with_models_in_the_middle_is_the_life_itself(taught):
    again = [one.value for one in Past(FileLog.of(taught / "log.jsonl")).decisions()]
    assert sorted(again) == sorted(value for _, value in written(taught))


def test_a_decision_with_a_model_is_recomputed_to_the_same_bytes(taught, by_models, suishen):
    name = by_models[-1].decision_id
    code, out, _ = suishen("recompute", name, "--data", taught, "--json")
    assert (code, json.loads(out)["identical"], json.loads(out)["from_state"]) == (0, True, True)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("模型 action/", "有利：", "不利：")),
        ("en", ("by model action/", "for it:", "against it:")),
    ],
)  # fmt: skip
def test_explain_tells_what_spoke_for_and_against(taught, by_models, suishen, lang, said):
    told = [
        suishen("explain", one.decision_id, "--data", taught, "--lang", lang)[1]
        for one in by_models[:4]
    ]
    assert all(any(word in text for text in told) for word in said)
    why_not = suishen("why-not", *asked_of(taught, by_models), "--data", taught, "--lang", lang)[1]
    assert said[0] in why_not


def asked_of(taught, by_models):
    """Client and action of a decision."""
    found = Past(FileReader(taught / ENGINE)).written(by_models[0].decision_id)
    action = next(one.action for one in by_models[0].candidates if one.chosen)
    return found.event.partitionkey, action


def test_a_recording_and_its_folder_teach_the_same(taught, tmp_path):
    of_file = fit_log(FileLog.of(taught / "log.jsonl"), is_recording=True)
    of_folder = fit_log(FileReader(taught / ENGINE), is_recording=False)
    assert of_file.joined == of_folder.joined
    assert of_file.fitted == of_folder.fitted
    assert len(of_folder.joined.labels) > 10
    assert of_folder.joined.open > 0


def test_fit_prints_every_model_and_ends_with_1_where_none_is_good_enough(taught, suishen):
    code, out, _ = suishen("models", "fit", "--data", taught, "--json")
    found = json.loads(out)
    assert code == (0 if found["may_be_released"] else 1)
    assert found["labels"] == sum(
        row["n"] for row in found["models"] if row["model"].startswith("all/")
    )
    code, out, _ = suishen("models", "fit", "--data", taught)
    assert "outcomes (--json tells them)" in out


def test_models_are_released_listed_and_withdrawn(folder, suishen):
    place, file = ("--data", folder), folder / "m.jsonl"
    assert "no model was ever released" in suishen("models", "list", *place)[1]
    model = a_model()
    put(file, model, a_model("all/app"))
    code, out, _ = suishen("models", "release", file, *place, "--json")
    assert (code, json.loads(out)["models"]) == (0, {model.model: 1, "all/app": 1})
    rows = json.loads(suishen("models", "list", *place, "--json")[1])["models"]
    assert [(row["model"], row["sequence"], row["in_force"]) for row in rows] == [
        (model.model, 1, True),
        ("all/app", 1, True),
    ]
    code, out, _ = suishen("models", "withdraw", model.model, *place)
    assert (code, "withdrawn as sequence 2" in out) == (0, True)
    code, out, _ = suishen("models", "withdraw", model.model, *place)
    assert (code, out.startswith("nothing to withdraw: ")) == (1, True)
    assert "as sequence 2" in out
    assert "fit it again and release it" in out
    assert f"{model.model} 2: withdrawn" in suishen("models", "list", *place)[1]
    code, _, err = suishen("models", "withdraw", "all/ap", *place)
    assert (code, "did you mean 'all/app'" in err) == (2, True)


WORSE = ModelQuality(n=400, positives=80, log_loss=0.51, average_log_loss=0.5, ece=0.1)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (a_model(quality=WORSE), "log loss 0.5100 is not below its moving average's 0.5000"),
        (edited(a_model(), stamp="abc"), "bins that this catalogue does not cut"),
        (a_model().model_copy(update={"positives": 1}), "sha256 is of other bytes"),
    ],
)
def test_a_model_that_serves_nobody_is_refused_whole(folder, suishen, model, said):
    put(folder / "m.jsonl", a_model("all/app"), model)
    code, _, err = suishen("models", "release", folder / "m.jsonl", "--data", folder)
    assert (code, said in err) == (2, True)
    assert "no model was ever" in suishen("models", "list", "--data", folder)[1]


def test_a_sequence_stands_for_one_model_and_a_repeat_is_no_news(folder, suishen):
    place = ("models", "release", folder / "m.jsonl", "--data", folder)
    put(folder / "m.jsonl", a_model())
    assert suishen(*place)[0] == 0
    code, out, _ = suishen(*place, "--json")
    assert (code, json.loads(out)["released"]) == (0, 0)
    put(folder / "m.jsonl", a_model(outcomes=300))
    code, _, err = suishen(*place)
    assert (code, "release it as 2" in err) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "no model in it"), ("{}", "m.jsonl:1: model: Field required"), ("{", "m.jsonl:1:")],
)
def test_a_file_of_no_models_is_refused_with_its_line(tmp_path, text, said):
    (tmp_path / "m.jsonl").write_text(text)
    with pytest.raises(ValueError, match=said):
        read_models(tmp_path / "m.jsonl")


def put(file, *models):
    file.write_text("".join(model.model_dump_json() + "\n" for model in models))
    assert read_models(file) == list(models)
    assert GOOD.log_loss < GOOD.average_log_loss


def test_a_log_without_an_engine_is_named(tmp_path, suishen):
    code, _, err = suishen("models", "list", "--data", tmp_path)
    assert (code, "no engine in" in err) == (2, True)
    shutil.rmtree(tmp_path)
