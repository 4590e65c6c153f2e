import os
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date

import pytest
from pydantic_core import to_json

from channels.gateway.door import accept
from channels.simulator.client import Held
from channels.simulator.mix import read_mix
from channels.simulator.products import FUNDS, shelf
from channels.simulator.world import Agenda
from schemas.reference import Product
from schemas.time import DAY, HOUR, MINUTE, Instant, format_instant, parse_instant
from tests.channels.simulator.lives import MONDAY, a_bank, a_month, alone, digest


@pytest.mark.untraced
def test_the_same_seed_says_the_same_bytes_under_any_hash_seed():
    program = (
        "from tests.channels.simulator.lives import a_bank, alone, digest\n"
        "print(digest(alone(a_bank(clients=30), days=4)))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {digest(alone(a_bank(clients=30), days=4))}


def test_another_seed_says_something_else():
    one, other = (alone(a_bank(clients=5, seed=seed), days=2) for seed in (1, 2))
    assert {m.message.key for m in one if m.message.key.startswith("ct_")}.isdisjoint(
        m.message.key for m in other if m.message.key.startswith("ct_")
    )
    assert digest(one) != digest(other)


def test_one_more_client_changes_no_other():
    few, many = (alone(a_bank(clients=count), days=6) for count in (20, 35))
    theirs = {said.message.key for said in few}
    assert digest(few) == digest([said for said in many if said.message.key in theirs])


def test_every_event_passes_the_door_at_the_minute_it_is_said():
    for said in a_month():
        accept(to_json(said.message.body), now=said.at)


def test_nothing_carries_its_own_time_of_receipt():
    assert all("receivedat" not in said.message.body for said in a_month())


def test_instants_are_whole_minutes_and_an_instant_carries_several_events():
    instants = Counter(said.at for said in a_month())
    assert all(at % MINUTE == 0 for at in instants)
    assert max(instants.values()) > 3


def test_time_runs_ahead_for_nobody_and_back_only_for_the_late():
    bank = a_bank(clients=200)
    life = [said for said in alone(bank, days=10) if said.at > MONDAY]
    delays = [said.at - parse_instant(said.message.body["time"]) for said in life]
    assert min(delays) == 0
    disturbed = {row["id"] for row in bank.truth() if row["row"] == "wire"}
    late = [said for said, delay in zip(life, delays, strict=True) if delay > 0]
    assert late
    assert {said.message.body["id"] for said in late} <= disturbed
    assert max(delays) > 10 * HOUR


def test_an_id_is_said_twice_only_with_the_same_words():
    words = defaultdict(list)
    for said in a_month():
        words[said.message.body["source"], said.message.body["id"]].append(said.message.body)
    repeated = [bodies for bodies in words.values() if len(bodies) > 1]
    assert repeated
    assert all(body == bodies[0] for bodies in repeated for body in bodies)


def _positions():
    """Every position once, as the core bank knows it: without copies and stale reports."""
    seen: set[tuple[str, str]] = set()
    newest: dict[tuple[str, str], int] = {}
    for said in a_month():
        name = said.message.body["source"], said.message.body["id"]
        if name in seen:
            continue
        seen.add(name)
        if said.kind == "corebank.baseline_loaded":
            reports = said.data["positions"]
        elif said.kind == "corebank.position_reported":
            reports = [said.data]
        else:
            continue
        for report in reports:
            key = said.message.key, report["product"]
            if report["version"] > newest.get(key, 0):
                yield key, newest.get(key, 0), report
                newest[key] = report["version"]


def test_versions_rise_one_by_one_and_money_is_never_below_nothing():
    for _, before, report in _positions():
        assert report["version"] == before + 1
        assert report["value"]["amount_minor"] >= 0


def test_an_old_version_is_sent_again_now_and_then():
    newest: dict[tuple[str, str], int] = {}
    stale = 0
    for said in a_month():
        if said.kind == "corebank.position_reported":
            key = said.message.key, said.data["product"]
            stale += said.data["version"] < newest.get(key, 0)
            newest[key] = max(newest.get(key, 0), said.data["version"])
    assert stale > 5


def test_books_balance_to_the_fen():
    held: dict[str, dict[str, int]] = defaultdict(dict)
    opening: Counter[str] = Counter()
    priced: Counter[str] = Counter()
    for (client, product), before, report in _positions():
        value = report["value"]["amount_minor"]
        if before == 0 and report["cause"] == "resync":
            opening[client] += value
        is_mended = report["cause"] == "correction" and product in FUNDS
        if report["cause"] == "price" or is_mended:
            priced[client] += value - held[client][product]
        held[client][product] = value
    moved = _moved()
    for client, products in held.items():
        assert sum(products.values()) == opening[client] + moved[client] + priced[client]


def _moved():
    """What came less what went, by client; a reversal takes its inflow back."""
    moved: Counter[str] = Counter()
    seen = set()
    for said in a_month():
        name = said.message.body["id"]
        is_history = said.at == MONDAY
        is_money = said.kind == "corebank.flow_posted" or "amount" in said.data
        if name not in seen and is_money and not is_history:
            seen.add(name)
            if "amount" not in said.data:
                continue
            sign = 1 if said.data.get("direction") == "in" else -1
            moved[said.message.key] += sign * said.data["amount"]["amount_minor"]
    return moved


def test_a_reversal_names_an_inflow_of_the_last_day():
    inflows, reversals = {}, 0
    for said in a_month():
        if said.kind == "corebank.flow_posted":
            inflows[said.message.body["id"]] = said
        if said.kind == "corebank.event_reversed" and "amount" in said.data:
            cause = inflows[said.data["id"]]
            assert said.at - cause.at < DAY
            assert said.data["type"] == cause.message.body["type"]
            assert said.data["time"] == cause.message.body["time"]
            assert said.data["amount"] == cause.data["amount"]
            reversals += 1
    assert reversals > 3


def test_after_the_opening_prices_move_in_the_evening_of_weekdays_only():
    prices = [said for said in a_month() if said.data.get("cause") == "price"]
    later = [said for said in prices if said.at > MONDAY]
    assert later
    for said in later:
        minute = (said.at // MINUTE + 480) % 1440
        is_copy = said.message in [other.message for other in prices if other.at < said.at]
        assert 20 * 60 <= minute < 22 * 60 or is_copy


def test_the_mix_is_close_to_its_file():
    count = Counter(said.kind.partition(".")[2] for said in a_month())
    for kind, expected in read_mix()["events"].items():
        assert count[kind] / (400 * 20) == pytest.approx(expected, rel=0.2), kind
    assert 4 < sum(count.values()) / (400 * 20) < 6


def test_rates_are_close_to_the_file():
    daily = read_mix()["daily"]
    flows = [said.data for said in a_month() if said.kind == "corebank.flow_posted"]
    spent = sum(flow["kind"] == "spending" for flow in flows)
    large = sum(
        flow["direction"] == "in" and flow["amount"]["amount_minor"] >= 10_000_000
        for flow in flows
        if flow["kind"] != "salary"
    )
    assert spent / 8000 == pytest.approx(daily["spending"], rel=0.1)
    assert 0.5 < large / 8000 / daily["large_inflow"] < 1.2


def test_the_first_day_is_lived_from_the_minute_of_the_opening():
    start = Instant(MONDAY + 12 * HOUR)
    bank = a_bank(clients=60, start=start)
    life = alone(bank, days=0.4, start=start)
    pages = [said for said in life if said.kind == "app.page_viewed"]
    assert pages
    assert all(said.at >= start for said in life)


def test_the_shelf_keeps_its_contract():
    products = [Product(**row) for row in shelf()]
    assert len({product.product for product in products}) == len(products) >= 20
    assert {product.kind for product in products} >= {"DEPOSIT", "MMF", "WMP", "FUND", "GOVT"}
    assert all(sum(product.look_through_bp) == 10_000 for product in products)


def test_truth_tells_every_client_and_every_wish_before_it_speaks():
    bank = a_bank(clients=100)
    alone(bank, days=10)
    rows = bank.truth()
    assert {row["client"] for row in rows if row["row"] == "client"} == {
        client.key for client in bank.clients
    }
    wishes = [row for row in rows if row["row"] == "wish"]
    assert wishes
    assert all(row["at"] < row["until"] for row in wishes)


def test_the_public_words_do_not_tell_the_hidden_ones():
    said = digest(alone(a_bank(clients=30), days=3))
    bank = a_bank(clients=30)
    bank.truth()
    assert digest(alone(bank, days=3)) == said
    hidden = {"needs_placing", "likes", "wish", "habit", "fatigue"}
    assert all(hidden.isdisjoint(one.data) for one in a_month())


def test_truth_is_written_as_json_lines(tmp_path):
    bank = a_bank(clients=3)
    bank.write_truth(tmp_path / "truth.jsonl")
    assert len((tmp_path / "truth.jsonl").read_text().splitlines()) == 3


def test_an_agenda_leaves_out_what_lies_before_its_opening():
    bank = a_bank(clients=1, start=MONDAY)
    agenda = Agenda(MONDAY)
    agenda.admit(bank.clients[0])
    agenda.plan(MONDAY - MINUTE, bank.clients[0], "page")
    assert agenda.next_time() is None


def test_a_table_of_the_mix_without_source_is_refused(tmp_path):
    path = tmp_path / "mix.toml"
    path.write_text('[daily]\nunit = "chance"\nspending = 1.0\n')
    with pytest.raises(ValueError, match=r"mix\.toml: table 'daily' needs 'unit' and 'source'"):
        read_mix(path)


def test_a_position_below_nothing_is_a_bug_that_shows():
    client = a_bank(clients=1).clients[0]
    with pytest.raises(AssertionError, match="below 0"):
        client.move("cur", -client.at_hand - 1)


def test_format_of_the_opening_is_the_wire_s():
    first = a_month()[0].message.body
    assert first["time"] == format_instant(MONDAY)


FORM = {"form": "loan", "attempt": "a1"}
SCENE = {"partner": "travel", "scene": "booking_paid", "consent": "cs1"}
BODY = {
    "id": "e1",
    "source": "/app/mobile",
    "type": "org.suishen.app.form_saved.v1",
    "time": "2026-11-02T00:00:00+08:00",
}
_EXTRAS = {
    "opt_out": "call",
    "form_saved": "loan",
    "utterance": "worry",
    "price": "eq-a",
    "complaint_closed": ("k1", True),
    "complaint_taken_back": ("k1", BODY),
    "form_sent": FORM,
    "form_taken_back": (FORM, BODY),
    "scene": ("travel", "booking_paid"),
    "scene_ended": (SCENE, "done"),
    "scene_taken_back": (SCENE, BODY),
    "give_back": ({}, 100),
}


@pytest.mark.parametrize(
    ("deed", "kind"),
    [
        ("consent_back", "consent.consent_changed"),
        ("consent_withdrawn", "consent.consent_changed"),
        ("opt_out", "consent.opted_out"),
        ("no_calls", "consent.do_not_call_set"),
        ("complaint", "consent.complaint_opened"),
        ("complaint_closed", "consent.complaint_closed"),
        ("complaint_taken_back", "corebank.event_reversed"),
        ("form_sent", "app.form_sent"),
        ("form_taken_back", "corebank.event_reversed"),
        ("scene", "partner.scene_entered"),
        ("scene_ended", "partner.scene_ended"),
        ("scene_taken_back", "corebank.event_reversed"),
        ("salary_on", "corebank.flow_posted"),
        ("desks_changed", "corebank.service_assigned"),
        ("risk_test", "corebank.risk_test_taken"),
        ("profile_change", "corebank.profile_changed"),
        ("inbound_contact", "conversation.contact_started"),
        ("utterance", "conversation.utterance_understood"),
        ("form_saved", "app.form_saved"),
        ("form_failed", "app.form_sent"),
        ("transfer_out", "corebank.flow_posted"),
        ("buy", "corebank.position_reported"),
        ("salary", "corebank.flow_posted"),
    ],
)
def test_a_deed_says_what_the_door_takes(deed, kind):
    bank = a_bank(clients=1)
    (client,) = bank.clients
    client.move("cur", 900_000_000)
    client.consents = deed != "consent_back"
    client.complaint = None if deed == "complaint" else "k1"
    client.application, client.scene, client.empties = FORM, SCENE, True
    said = list(bank._deeds[deed](client, MONDAY, _EXTRAS.get(deed)))
    assert said[0].body["type"] == f"org.suishen.{kind}.v1"
    for message in said:
        accept(to_json(message.body), now=MONDAY)


@pytest.mark.parametrize(
    ("deed", "changes"),
    [
        ("consent_back", {"consents": True}),
        ("consent_withdrawn", {"consents": False}),
        ("opt_out", {"opted_out": True}),
        ("complaint", {"complaint": "k1"}),
        ("complaint_closed", {"complaint": None}),
        ("complaint_taken_back", {"complaint": "k2"}),
        ("form_sent", {"application": None}),
        ("form_taken_back", {"application": None}),
        ("scene_ended", {"scene": None}),
        ("scene_taken_back", {"scene": None}),
        ("salary_on", {"empties": False}),
        ("stale_resend", {}),
        ("transfer_out", {"empty": True}),
        ("buy", {"empty": True}),
        ("spend", {"empty": True}),
        ("give_back", {"empty": True}),
    ],
)
def test_a_deed_that_is_void_says_nothing(deed, changes):
    bank = a_bank(clients=1)
    (client,) = bank.clients
    if changes.pop("empty", False):
        client.move("cur", -client.at_hand)
    for name, value in changes.items():
        setattr(client, name, value)
    assert list(bank._deeds[deed](client, MONDAY, _EXTRAS.get(deed))) == []


def test_what_is_agreed_before_maturity_is_placed_after_it():
    bank = a_bank(clients=1)
    (client,) = bank.clients
    client.holdings["td90"] = Held(50_000_000, 1, date(2026, 11, 2))
    client.promised = True
    matured = [m.body["data"] for m in bank._deeds["mature"](client, MONDAY, "td90")]
    assert [report["value"]["amount_minor"] for report in matured] == [0, client.at_hand]
    assert list(bank._deeds["mature"](client, MONDAY, "td90")) == []
    assert list(bank._deeds["move_maturity"](client, MONDAY, "td90")) == []
    planned = {doing.what for doing in bank._world.agenda.due(Instant(MONDAY + 31 * HOUR))}
    assert "buy" in planned
    assert not client.promised


def test_a_term_product_that_rolls_over_gets_a_new_date_and_pays_nothing():
    bank = a_bank(clients=1)
    (client,) = bank.clients
    client.holdings["td90"] = Held(50_000_000, 1, date(2026, 11, 2), rolls_over=True)
    (report,) = (m.body["data"] for m in bank._deeds["mature"](client, MONDAY, "td90"))
    assert (report["maturity"], report["value"]["amount_minor"]) == ("2027-01-31", 50_000_000)


@pytest.mark.slow
@pytest.mark.untraced
def test_a_year_later_deposits_still_mature():
    life = alone(a_bank(clients=40), days=365)
    matured = [said for said in life if said.data.get("cause") == "maturity"]
    assert sum(said.at > MONDAY + 300 * DAY for said in matured) > 5
