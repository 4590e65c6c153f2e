"""Journey 4: a fall is measured from the peak by prices alone, and told step by step."""

import pytest

from schemas.facts import IntentChanged
from schemas.time import DAY, HOUR, Instant, format_instant
from tests.builders import MONDAY_10, Life, a_baseline, a_position

LEDGER = "/corebank/ledger"


class Fund:
    """A client with a fund of 100,000 and nothing else, and what prices and trades do to it."""

    def __init__(self, tolerable: float | None = None) -> None:
        self.life = Life(known=False)
        fields = a_baseline()["fields"]
        if tolerable is not None:
            fields = fields | {"tolerable_loss": tolerable}
        baseline = a_baseline(positions=[a_position("wmp1", 100_000)], fields=fields)
        self.life.say("corebank.baseline_loaded", baseline, at=Instant(MONDAY_10 - DAY))
        self.version, self.at = 1, MONDAY_10

    def stands_at(self, amount: int, cause: str = "price") -> None:
        self.version += 1
        self.at = Instant(self.at + HOUR)
        said = a_position("wmp1", amount, version=self.version, cause=cause)
        said |= {"as_of": format_instant(self.at)}
        event_id = f"p{self.version}"
        self.life.say(
            "corebank.position_reported", said, source=LEDGER, at=self.at, event_id=event_id
        )

    @property
    def fallen(self) -> int:
        """The fall told last, in whole per cent."""
        return self.life.state.scored.fallen_bp // 100

    @property
    def run(self):
        return next((r for r in self.life.state.instances if r.journey == "drawdown"), None)


def test_a_fall_of_eight_per_cent_begins_the_journey_with_what_is_at_risk():
    fund = Fund()
    fund.stands_at(93_000)
    assert fund.run is None
    fund.stands_at(91_900)
    assert fund.run is not None
    assert fund.run.variables["at_risk"] == 91_900_00
    assert fund.run.variables["fall"] == pytest.approx(0.081)


def test_what_the_client_cannot_bear_begins_it_sooner_and_is_evidence_of_worry():
    fund = Fund(tolerable=0.05)
    fund.stands_at(94_900)
    assert fund.run is not None
    assert "drawdown" in {item.name for item in fund.life.state.evidence.items}


def test_a_fall_that_the_client_bears_is_no_evidence_of_worry():
    fund = Fund(tolerable=0.2)
    fund.stands_at(90_000)
    assert fund.run is not None
    assert fund.life.state.evidence.items == ()


def test_a_fall_is_told_once_and_again_only_eight_further_down():
    fund = Fund()
    fund.stands_at(91_000)
    assert fund.fallen == 9
    fund.stands_at(86_000)
    assert fund.fallen == 9
    fund.stands_at(82_000)
    assert fund.fallen == 18


def test_a_new_peak_forgets_the_fall():
    fund = Fund()
    fund.stands_at(91_000)
    fund.stands_at(100_000)
    assert fund.fallen == 0
    assert fund.life.state.scored.peak_fen == 100_000_00


@pytest.mark.parametrize(("taken", "after"), [(50_000, 47_500), (195_000, 185_250)])
def test_what_comes_or_goes_neither_makes_nor_hides_a_fall(taken, after):
    """5% down, then half is taken out or as much put in: still 5% down, and 9.75% after."""
    fund = Fund()
    fund.stands_at(95_000)
    fund.stands_at(taken * 95 // 100, cause="trade")
    assert fund.life.state.scored.peak_fen == pytest.approx(taken * 100, rel=1e-6)
    fund.stands_at(after * 95 // 100)
    assert fund.fallen == 9


def test_who_takes_everything_out_begins_a_new_peak():
    fund = Fund()
    fund.stands_at(0, cause="trade")
    fund.stands_at(10_000, cause="trade")
    assert fund.life.state.scored.peak_fen == 10_000_00


def test_a_price_told_too_low_and_mended_was_no_fall():
    fund = Fund()
    fund.stands_at(80_000)
    reversal = {
        "id": "p2",
        "source": LEDGER,
        "type": "org.suishen.corebank.position_reported.v1",
        "time": format_instant(fund.at),
        "reason": "wrong_price",
    }
    fund.life.say("corebank.event_reversed", reversal, source=LEDGER, at=fund.at)
    assert fund.run is None
    fund.stands_at(99_000, cause="correction")
    assert fund.fallen == 0
    assert fund.life.state.scored.peak_fen == 100_000_00


def test_a_price_told_too_high_and_mended_is_no_fall():
    fund = Fund()
    fund.stands_at(150_000)
    fund.stands_at(100_000, cause="correction")
    fund.stands_at(99_000)
    assert fund.fallen == 0


def test_what_is_sold_counts_and_a_sale_taken_back_does_not():
    fund = Fund()
    fund.stands_at(90_000)
    fund.stands_at(70_000, cause="trade")
    assert fund.run.sold_fen == 20_000_00
    fund.stands_at(85_000, cause="correction")
    assert fund.run.sold_fen == 5_000_00
    fund.stands_at(50_000, cause="trade")
    assert fund.run is None


def test_a_run_under_way_speaks_for_its_topic():
    fund = Fund()
    fund.stands_at(90_000)
    said = fund.life.say(
        "conversation.utterance_understood",
        {
            "session": "s", "turn": 1, "channel": "ai", "language": "zh", "reading": "accept",
            "guesses": [{"intent": "worry", "p": 0.95}], "margin": 0.9, "model": "m", "path": "p",
        },
        at=fund.at,
    )  # fmt: skip
    assert any(isinstance(fact, IntentChanged) and fact.data.on for fact in said)
    fates = [fact.data for fact in said if fact.type.endswith("decision_made.v1")]
    reasons = {c.action: c.reason for fate in fates for c in fate.candidates}
    assert reasons["worry_reassure"] == "instance_open"
