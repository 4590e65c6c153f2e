"""Models over a cluster: released with a marker in every partition, listed, withdrawn."""

import json

import pytest

from channels import cli
from streams.kafka.reader import KafkaReader
from streams.reference import ReferenceLog
from streams.topics import REFERENCE
from tests.kafka.feeding import release
from tests.models import a_model

pytestmark = pytest.mark.kafka


@pytest.fixture
def suishen(monkeypatch, capsys):
    def run_it(*words):
        monkeypatch.setattr("sys.argv", ["suishen", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run_it


def standing(bootstrap):
    reader = KafkaReader(bootstrap)
    try:
        return ReferenceLog(reader).at(reader.end(REFERENCE, 0)).models
    finally:
        reader.close()


def test_models_come_into_force_over_a_cluster_and_leave_it(kafka_logs, tmp_path, suishen):
    release(kafka_logs)
    file, place = tmp_path / "m.jsonl", ("--bootstrap", kafka_logs)
    file.write_text(a_model().model_dump_json() + "\n")
    code, out, err = suishen("models", "release", file, *place, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["models"] == {a_model().model: 1}
    assert standing(kafka_logs)[a_model().model].sequence == 1
    assert json.loads(suishen("models", "release", file, *place, "--json")[1])["released"] == 0
    assert suishen("models", "withdraw", a_model().model, *place)[0] == 0
    assert standing(kafka_logs) == {}
    rows = json.loads(suishen("models", "list", *place, "--json")[1])["models"]
    assert [(row["sequence"], row["in_force"]) for row in rows] == [(2, False)]
    code, out, _ = suishen("models", "fit", *place, "--json")
    assert (code, json.loads(out)["labels"]) == (1, 0)
