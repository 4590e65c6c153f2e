"""The recall bench at a tiny size."""

import json

from channels.bench import recall


def test_every_open_sale_of_a_product_graded_up_is_recalled_and_timed(suishen):
    code, out, _ = suishen("bench", "recall", "--clients", 25, "--json")
    found = json.loads(out)
    assert (code, found["passes"]) == (0, True)
    assert (found["clients"], found["asked"], found["recalled"]) == (25, 25, 25)
    assert found["seconds"] > 0


def test_too_slow_is_below_the_floor(suishen, monkeypatch):
    monkeypatch.setattr(recall, "CEILING_S", 0.0)
    code, out, _ = suishen("bench", "recall", "--clients", 2, "--json")
    assert (code, json.loads(out)["passes"]) == (1, False)
