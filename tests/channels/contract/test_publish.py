import json
import shutil

import pytest
from click.testing import CliRunner

from channels.contract.publish import PUBLISHED, freeze, main, write


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(PUBLISHED / "examples", tmp_path / "examples")
    return tmp_path


def test_the_same_documents_are_written_as_are_committed(folder):
    for path in write(folder):
        committed = PUBLISHED / path.relative_to(folder)
        assert path.read_bytes() == committed.read_bytes()


def test_only_released_schemas_are_frozen(folder):
    write(folder)
    kept = freeze(folder, "9.9")
    assert all(
        json.loads(path.read_text(encoding="utf-8"))["x-status"] == "released" for path in kept
    )
    assert "app.diagnosis_taken.v1.schema.json" not in {path.name for path in kept}


def test_a_frozen_version_is_never_frozen_again(folder):
    write(folder)
    freeze(folder, "9.9")
    with pytest.raises(FileExistsError):
        freeze(folder, "9.9")


def test_the_command_says_how_much_it_wrote(folder):
    plain = CliRunner().invoke(main, [str(folder)])
    assert "documents written" in plain.output
    frozen = CliRunner().invoke(main, [str(folder), "--freeze", "9.9"])
    assert "schemas frozen as 9.9" in frozen.output
