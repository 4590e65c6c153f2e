"""The measurement itself, on made contacts; the public ones are not shipped."""

import json
from random import Random

import pytest

from channels.bench.propensity import _NUMBERS, _WORDS, propensity, read

HEAD = [*_NUMBERS, *_WORDS, "duration", "y"]


def contacts(path, n=1500, *, job_matters=True, leave_out=()):
    draw = Random(5)  # noqa: S311 - seeded, nothing secret
    head = [name for name in HEAD if name not in leave_out]
    lines = [";".join(head)]
    for _ in range(n):
        row = dict.fromkeys(_NUMBERS, "1") | {name: draw.choice("ab") for name in _WORDS}
        p = 0.4 if job_matters and row["job"] == row["contact"] == "a" else 0.05
        row |= {"duration": "0", "y": "yes" if draw.random() < p else "no"}
        if row["y"] == "yes":
            row["duration"] = "999"
        lines.append(";".join(row[name] for name in head))
    path.write_text("\n".join(lines))
    return path


def test_what_can_be_learned_is_learned_and_what_cannot_is_not(tmp_path):
    taught = propensity(contacts(tmp_path / "a.csv"))["delay_0"]
    blind = propensity(contacts(tmp_path / "b.csv", job_matters=False))["delay_0"]
    assert taught["n"] == 1200
    assert taught["skill"] > 0.05 > blind["skill"]
    assert taught["auc"] > 0.6


def test_the_duration_of_a_call_tells_nothing(tmp_path):
    """It would tell all: with it every contact could be known."""
    with_it, _ = read(contacts(tmp_path / "a.csv"))
    without, _ = read(contacts(tmp_path / "b.csv", leave_out=("duration",)))
    assert with_it == without


def test_late_outcomes_teach_less(tmp_path):
    found = propensity(contacts(tmp_path / "a.csv"))
    assert found["delay_0"]["log_loss"] < found["delay_1000"]["log_loss"]


def test_a_floor_decides_and_the_command_ends_with_it(tmp_path, suishen):
    file = contacts(tmp_path / "a.csv")
    assert propensity(file, most_loss=0.01)["passes"] is False
    code, out, _ = suishen("bench", "propensity", file, "--json")
    assert code == (0 if json.loads(out)["passes"] else 1)


@pytest.mark.parametrize(
    ("leave_out", "n", "said"), [(("y",), 100, "no column 'y'"), ((), 20, "20 rows are too few")]
)
def test_a_file_of_something_else_is_refused(tmp_path, leave_out, n, said):
    with pytest.raises(ValueError, match=said):
        read(contacts(tmp_path / "a.csv", n, leave_out=leave_out))
