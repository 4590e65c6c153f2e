from itertools import pairwise

from channels.workbench.waterfall import HEIGHT, WIDTH, bars, lines


def moved(by_cause, *, opening=60.0, rest=0.0):
    total = opening + sum(by_cause.values()) + rest
    return {
        "opening": {"total": opening},
        "closing": {"total": total},
        "by_cause": by_cause,
        "rest": rest,
    }


def test_each_bar_begins_where_the_one_before_it_ended():
    found = bars(moved({"price": -3.0, "trade": 5.0}))
    assert [bar.name for bar in found] == ["opening", "trade", "price", "closing"]
    opening, trade, price, closing = found
    assert trade.y + trade.height == opening.level
    assert trade.level == trade.y == price.y
    assert price.level == closing.y


def test_bars_stay_inside_the_drawing_and_beside_each_other():
    every = ("trade", "price", "flow", "profile", "class_change", "params", "clock")
    found = bars(moved({cause: 40.0 * (-1) ** at for at, cause in enumerate(every)}))
    assert all(bar.y >= 0 and bar.y + bar.height <= HEIGHT and bar.height >= 2 for bar in found)
    edges = [(bar.x, bar.x + bar.width) for bar in found]
    assert all(one[1] < other[0] for one, other in pairwise(edges))
    assert edges[-1][1] < WIDTH


def test_a_score_that_hardly_moved_is_not_blown_up():
    tiny = bars(moved({"clock": 0.01}))[1]
    assert tiny.height < 5


def test_trades_count_profile_counts_if_confirmed_and_the_rest_is_shown():
    found = {
        line.cause: line.counts for line in lines(moved({"trade": 1, "profile": 1, "price": 1}))
    }
    assert found == {"trade": "counts", "profile": "if_confirmed", "price": "shown"}


def test_a_rest_is_a_line_of_its_own_unless_it_is_a_hair():
    assert lines(moved({}, rest=10.0))[-1].cause == "rest"
    assert lines(moved({}, rest=1e-9)) == []


def test_a_cause_from_the_future_is_drawn_last():
    assert [line.cause for line in lines(moved({"weather": 1.0, "clock": 1.0}))] == [
        "clock",
        "weather",
    ]
