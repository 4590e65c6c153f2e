"""`suishen assess` from the outside: golden answers, and bad files told where and what to do."""

import json

import pytest
from click.testing import CliRunner

from channels.assess.command import assess
from channels.cli import commands
from tests.channels.assess.bad_forms import BAD
from tests.journeys.client.wealth import golden

ROWS = golden.rows()
CLIENTS = {
    row["id"]: [row["id"], row["profile"], row["holdings"]] for row in golden.GOLDEN["clients"]
}
TOLERANCE = golden.GOLDEN["tolerance"]["points_and_S"]


@pytest.fixture
def answer(tmp_path):
    """Runs a mode over a form; its exit code, results and what it said."""

    def run(mode, form):
        file = tmp_path / "form.json"
        file.write_text(form if isinstance(form, str) else json.dumps(form), encoding="utf-8")
        done = CliRunner().invoke(assess, [mode, str(file)], standalone_mode=False)
        assert done.exception is None, done.exception
        results = json.loads(done.stdout)["results"] if done.stdout else None
        return done.return_value or 0, results, done.stderr

    return run


def test_golden_clients(answer):
    code, results, _ = answer("score", {"catalog": ROWS, "clients": list(CLIENTS.values())})

    assert code == 0
    for name, found in zip(CLIENTS, results, strict=True):
        expected = golden.GOLDEN["expected"][name]
        for dimension, points in expected["points"].items():
            assert found["points"][dimension] == pytest.approx(points, abs=TOLERANCE)
        assert found["S"] == pytest.approx(expected["S"], abs=TOLERANCE)
        assert found["label"] == expected["label"]
        assert found["coverage"] == 1.0
        assert sum(found["target"].values()) == pytest.approx(1)
        for driver, said in golden.GOLDEN["drivers"].get(name, {}).items():
            assert found["drivers"][driver] == pytest.approx(said["value"], abs=said["tolerance"])


def test_golden_matching(answer):
    (case,) = golden.GOLDEN["matching"]
    products = [row["product"] for row in case["candidates"]]
    form = {
        "id": case["id"],
        "client": CLIENTS[case["client"]],
        "source": case["from"],
        "amount": case["amount_yuan"],
        "products": products,
    }
    _, (found,), _ = answer("match", {"catalog": ROWS, "cases": [form]})

    for row, expected in zip(found["rows"], case["candidates"], strict=True):
        assert row["product"] == expected["product"]
        assert row["dS"] == pytest.approx(expected["dS"], abs=case["dS_tolerance"])
        assert row["verdict"] == expected["gate"]
        assert bool(row["why"]) is (expected["gate"] == "BLOCK")
    assert found["ranked"] == case["ranked"]


def test_golden_movements(answer):
    movements = golden.GOLDEN["movements"]
    cases = [
        {"id": m["id"], "client": CLIENTS[m["client"]], "events": [_event(s) for s in m["steps"]]}
        for m in movements
    ]
    _, results, _ = answer("movement", {"catalog": ROWS, "cases": cases})

    for movement, found in zip(movements, results, strict=True):
        assert found["S_start"] == pytest.approx(movement["S_before"], abs=TOLERANCE)
        for step, expected in zip(found["steps"], movement["steps"], strict=True):
            assert step["S"] == pytest.approx(expected["S_after"], abs=TOLERANCE)
            assert step["emit"]
        change = found["S_end"] - found["S_start"]
        assert sum(found["by_cause"].values()) == pytest.approx(change, abs=1e-9)


def _event(step):
    event = {"cause": step["cause"]}
    if "holdings_delta" in step:
        event["legs"] = step["holdings_delta"]
    if "profile_set" in step:
        event["set"] = step["profile_set"]
    return event


def test_a_hidden_score_says_only_what_it_may(answer):
    _, (found, shown), _ = answer(
        "score", {"catalog": {}, "clients": [["a", {}, {}], ["b", {"E": 1, "C": 3}, {}]]}
    )

    assert (found["S"], found["label"], found["coverage"]) == (None, None, 0.15)
    assert found["missing"] == ["D1", "D2", "D3", "D5", "D6", "D8", "D9"]
    assert (shown["coverage"], shown["S"] is None) == (0.6, False)


def test_a_household_without_outgo_is_answered(answer):
    _, (found,), _ = answer(
        "score", {"catalog": {}, "clients": [["a", {"E": 0, "age": 30, "Y": 0}, {}]]}
    )

    assert found["points"]["D1"] == 15
    assert found["drivers"]["months"] is None


def test_a_mode_that_is_not_there_is_bad_input(answer):
    code, results, said = answer("scores", {})

    assert (code, results) == (2, None)
    assert "write one of score, match, movement, returns, conduct, lexicon" in said


def test_conduct_and_lexicon_answer_from_the_outside(answer):
    case = {"id": 1, "rule": "S05", "input": {"R_issuer": 1, "R_seller": 2}}

    assert answer("conduct", {"cases": [case]})[:2] == (
        0,
        [{"verdict": "ALLOW", "result": {"R_eff": 2}}],
    )
    assert answer("lexicon", {"sentences": [{"text": "保·本"}]})[:2] == (
        0,
        [{"classes": ["GUARANTEE"]}],
    )


def test_the_command_is_known_to_suishen():
    assert "assess" in commands.list_commands(None)


@pytest.mark.parametrize(("mode", "form", "pointer", "remedy"), BAD)
def test_a_bad_file_is_told_where_and_what_to_do(answer, mode, form, pointer, remedy):
    code, results, said = answer(mode, form)

    assert (code, results) == (2, None)
    assert f" {pointer}: " in said
    assert remedy in said


def test_a_file_that_is_no_text_is_told_so(tmp_path):
    file = tmp_path / "form.json"
    file.write_bytes(b"\xff\xfe{}")
    done = CliRunner().invoke(assess, ["score", str(file)], standalone_mode=False)

    assert (done.return_value, "UTF-8" in done.stderr) == (2, True)


def test_lots_of_one_product_may_not_contradict_each_other(answer):
    other = [*ROWS["td180"][:3], 2, *ROWS["td180"][4:]]
    form = {
        "catalog": {"td15": ROWS["td15"], "td2": other},
        "clients": [["a", {}, {"td15": 1, "td2": 1}]],
    }
    code, _, said = answer("score", form)

    assert code == 2
    assert "/clients/0/2: 'td15' and 'td2' are lots of one product 'td-PAB'" in said
    form["clients"] = [["a", {}, {"td15": 1, "td2": 0}]]
    assert answer("score", form)[0] == 0


def test_share_classes_of_one_fund_charge_each_their_own(answer):
    form = {"catalog": ROWS, "clients": [["a", {}, {"ef1_250": 500_000, "ef1_120": 500_000}]]}
    _, (both,), _ = answer("score", form)

    assert both["drivers"]["gap"] == pytest.approx(
        (250 - 116.5) / 2 / 1e4 + (120 - 116.5) / 2 / 1e4
    )


def test_a_movement_may_change_parameters_again_and_again(answer):
    events = [{"cause": "params", "params": {"IMP": level}} for level in (0.5, 0.4)]
    case = {"client": ["a", {}, {"cur": 10}], "events": events}
    _, (found,), _ = answer("movement", {"catalog": ROWS, "cases": [case]})

    assert found["steps"][0]["dS"] > 0
    assert found["S_end"] == pytest.approx(found["S_start"])
    assert found["by_cause"]["params"] == pytest.approx(0)


def test_correlations_may_be_listed(answer):
    forms = ({"EQ,ALT": 0.9}, [["ALT", "EQ", 0.9]])
    cases = [
        {
            "client": ["a", {"C": 4, "maxloss": 0.2}, {"ix1": 50_000, "gold": 50_000}],
            "events": [{"cause": "params", "params": {"rho": rho}}],
        }
        for rho in forms
    ]
    _, (one, other), _ = answer("movement", {"catalog": ROWS, "cases": cases})

    assert one["S_end"] == other["S_end"] < one["S_start"]
