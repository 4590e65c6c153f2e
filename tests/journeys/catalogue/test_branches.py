"""A branch leads to one of two steps; what is wrong with one is named like any other way."""

from tests.journeys.catalogue.shipped import changed, fault, faults, loaded

PAUSE = 'id = "pause"\nwait = "time"\ntimeout = { after = "24h", to = "last_call" }'


def with_branch(branch: str) -> dict[str, str]:
    """The maturity journey, whose pause is a branch."""
    return changed("journeys.toml", PAUSE, f'id = "pause"\nbranch = {branch}')


def test_a_branch_asks_a_condition_and_knows_both_ways():
    texts = with_branch('{ when = "answered", then = "last_call", else = "end" }')
    step = loaded(texts).editions[-1].journeys["maturity"].steps["pause"]
    assert step.when is not None
    assert (step.when.text, step.to, step.otherwise) == ("answered", "last_call", "end")


def test_a_step_may_be_reached_by_the_other_way_alone():
    texts = with_branch('{ when = "answered", then = "end", else = "last_call" }')
    assert "last_call" in loaded(texts).editions[-1].journeys["maturity"].steps


def test_a_branch_to_an_unknown_step_is_named():
    found = fault(with_branch('{ when = "answered", then = "last_call", else = "enb" }'))
    assert "step 'pause' leads to unknown step 'enb'; did you mean 'end'?" in found


def test_a_branch_in_a_loop_without_a_wait_is_refused():
    texts = with_branch('{ when = "answered", then = "last_call", else = "pause" }')
    assert "step 'pause' is in a loop without a wait" in fault(texts)


def test_a_branch_may_ask_only_what_somebody_says():
    found = fault(with_branch('{ when = "inflow >= 1 CNY", then = "last_call", else = "end" }'))
    assert "unknown word 'inflow'" in found


def test_a_branch_does_not_look_further_than_the_history_kept():
    texts = with_branch('{ when = "maturity in 30d", then = "last_call", else = "end" }')
    assert "looks further than the history kept" in fault(texts)


def test_a_branch_is_whole_and_stands_alone():
    assert any("missing key 'else'" in one for one in faults(with_branch('{ then = "end" }')))
    assert any("write one branch" in one for one in faults(with_branch("[]")))
    alone = with_branch('{ when = "answered", then = "last_call", else = "end" }\nwait = "time"')
    assert "unknown key 'wait'" in fault(alone)
