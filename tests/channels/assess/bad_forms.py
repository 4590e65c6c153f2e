"""Bad files: mode, form, where it is wrong, and a word of what to do."""

from typing import Any

from tests.journeys.client.wealth import golden

ROWS = golden.rows()
A1 = [golden.client("A1")[name] for name in ("id", "profile", "holdings")]


def with_row(**fields):
    row = dict(zip(golden.GOLDEN["catalogue_fields"], ROWS["ix1"], strict=True)) | fields
    return {"catalog": {"ix1": list(row.values())}, "clients": [["a", {}, {"ix1": 1}]]}


def with_profile(**fields):
    return {"catalog": ROWS, "clients": [A1, ["a", fields, {}]]}


def with_event(event):
    return {"catalog": ROWS, "cases": [{"client": A1, "events": [event]}]}


def with_return(kind, **said):
    return {"cases": [{"kind": kind, "input": said}]}


def with_rule(rule, **said):
    return {"cases": [{"rule": rule, "input": said}]}


BAD: tuple[tuple[str, Any, str, str], ...] = (
    ("score", "{", "(whole file)", "line 1"),
    ("score", "[]", "(whole file)", "no object"),
    ("score", '{"catalog": {}, "catalog": {}}', "(an object)", "twice"),
    ("score", '{"catalog": NaN}', "(whole file)", "NaN"),
    ("score", {"catalog": {}}, "(whole file)", "'clients' is missing"),
    ("score", {"clients": []}, "(whole file)", "'catalog' is missing"),
    ("score", {"catalog": {}, "clients": {}}, "/clients", "no list"),
    ("score", {"catalog": {}, "clients": [["a", {}]]}, "/clients/0", "2 items"),
    (
        "score",
        {"catalog": {}, "clients": [["a", {}, {"x/y": 1}]]},
        "/clients/0/2/x~1y",
        "unknown product",
    ),
    (
        "score",
        {"catalog": ROWS, "clients": [["a", {}, {"ix0": 1}]]},
        "/clients/0/2/ix0",
        "did you mean 'ix",
    ),
    (
        "score",
        {"catalog": ROWS, "clients": [["a", {}, {"ix1": -1}]]},
        "/clients/0/2/ix1",
        "never below 0",
    ),
    (
        "score",
        {"catalog": ROWS, "clients": [["a", {}, {"ix1": "1"}]]},
        "/clients/0/2/ix1",
        "no number",
    ),
    ("score", {"catalog": ROWS, "clients": [["a", {}, {"ix1": 1.001}]]}, "/clients/0/2/ix1", "fen"),
    (
        "score",
        {"catalog": ROWS, "clients": [["a", {}, {"ix1": 10**14}]]},
        "/clients/0/2/ix1",
        "range",
    ),
    ("score", with_row(x=[300, 0, 0, 9000, 0]), "/catalog/ix1/6", "9300, not 10000"),
    ("score", with_row(x=[10_000]), "/catalog/ix1/6", "CASH, FIX"),
    ("score", with_row(R=6), "/catalog/ix1/3", "1 to 5"),
    ("score", with_row(kind="ETF"), "/catalog/ix1/2", "unknown 'ETF'"),
    ("score", with_row(f=-1), "/catalog/ix1/5", "range"),
    ("score", with_row(d=1.5), "/catalog/ix1/4", "no whole number"),
    ("score", with_row(idle=2), "/catalog/ix1/9", "neither 0 nor 1"),
    ("score", with_row(product=""), "/catalog/ix1/0", "no text"),
    ("score", with_profile(C=0), "/clients/1/1/C", "1 to 5"),
    ("score", with_profile(agee=4), "/clients/1/1/agee", "did you mean 'age'"),
    ("score", with_profile(stab=1.1), "/clients/1/1/stab", "0 to 1"),
    ("score", with_profile(ra_months=-1), "/clients/1/1/ra_months", "future"),
    ("score", with_profile(goals=[[5, -1]]), "/clients/1/1/goals/0/1", "past"),
    ("score", with_profile(goals=[[5]]), "/clients/1/1/goals/0", "years"),
    ("score", with_profile(Y=True), "/clients/1/1/Y", "no number"),
    (
        "match",
        {
            "catalog": ROWS,
            "cases": [{"client": A1, "source": "cur", "amount": 20_001, "products": []}],
        },
        "/cases/0/amount",
        "more of 'cur'",
    ),
    (
        "match",
        {
            "catalog": ROWS,
            "cases": [{"client": A1, "source": "cur", "amount": 1, "products": ["nix"]}],
        },
        "/cases/0/products/0",
        "unknown product",
    ),
    ("match", {"catalog": ROWS, "cases": [{"client": A1, "amount": 1}]}, "/cases/0", "'source'"),
    ("movement", with_event({}), "/cases/0/events/0", "'cause' is missing"),
    ("movement", with_event({"cause": "luck"}), "/cases/0/events/0/cause", "unknown 'luck'"),
    (
        "movement",
        with_event({"cause": "trade", "leg": {}}),
        "/cases/0/events/0/leg",
        "did you mean 'legs'",
    ),
    (
        "movement",
        with_event({"cause": "trade", "legs": {"cur": -20_001}}),
        "/cases/0/events/0/legs/cur",
        "below 0",
    ),
    (
        "movement",
        with_event({"cause": "price", "values": {"no": 1}}),
        "/cases/0/events/0/values/no",
        "unknown product",
    ),
    (
        "movement",
        with_event({"cause": "params", "params": {"muu": 1}}),
        "/cases/0/events/0/params/muu",
        "did you mean 'mu'",
    ),
    (
        "movement",
        with_event({"cause": "params", "params": {"mu": [1]}}),
        "/cases/0/events/0/params/mu",
        "five",
    ),
    (
        "movement",
        with_event({"cause": "params", "params": {"rho": {"EQ": 1}}}),
        "/cases/0/events/0/params/rho/EQ",
        "no pair",
    ),
    (
        "movement",
        with_event({"cause": "class_change", "catalog_set": {"ix1": {"commission": 1}}}),
        "/cases/0/events/0/catalog_set/ix1/commission",
        "unknown name",
    ),
    ("returns", with_return("irr"), "/cases/0/kind", "unknown 'irr'"),
    (
        "returns",
        with_return("xirr", flows=[["2024-13-01", 1]]),
        "/cases/0/input/flows/0/0",
        "no date",
    ),
    (
        "returns",
        with_return("xirr", flows=[], basis="act/364"),
        "/cases/0/input/basis",
        "did you mean",
    ),
    (
        "returns",
        with_return("client", start="2024-01-02", end="2024-01-01"),
        "/cases/0/input/end",
        "before it starts",
    ),
    (
        "returns",
        with_return(
            "client", start="2024-01-01", end="2024-02-01", V0=1, VE=1, flows=[["2024-03-01", 1]]
        ),
        "/cases/0/input/flows/0",
        "outside",
    ),
    (
        "returns",
        with_return("client", start="2024-01-01", end="2024-02-01", V0=1, VE=1, values={"x": 1}),
        "/cases/0/input/values/x",
        "no date",
    ),
    (
        "returns",
        with_return("pme", flows=[1, 2], index=[1], nav=0),
        "/cases/0/input/index",
        "one for each",
    ),
    ("returns", with_return("pme", flows=[1], index=[0], nav=0), "/cases/0/input/index", "above 0"),
    (
        "returns",
        with_return("brinson", wp=[1], wb=[0.5], rp=[0], rb=[0]),
        "/cases/0/input/wb",
        "add up to 0.5",
    ),
    (
        "returns",
        with_return("brinson", wp=[1], wb=[1], rp=[0, 1], rb=[0]),
        "/cases/0/input/rp",
        "2 numbers",
    ),
    ("returns", with_return("nps", answers=[11]), "/cases/0/input/answers/0", "0 to 10"),
    ("conduct", {}, "(whole file)", "'cases' is missing"),
    ("conduct", {"cases": [{"input": {}}]}, "/cases/0", "'rule' is missing"),
    ("conduct", {"cases": [{"rule": "S01"}]}, "/cases/0", "'input' is missing"),
    ("conduct", {"cases": [{"rule": "S01", "input": []}]}, "/cases/0/input", "no object"),
    ("conduct", {"cases": [{"rule": "S01", "inputs": {}}]}, "/cases/0", "did you mean 'inputs'"),
    ("conduct", with_rule("S99"), "/cases/0/rule", "unknown 'S99'"),
    ("conduct", with_rule("s01"), "/cases/0/rule", "unknown 's01'"),
    ("conduct", with_rule(1), "/cases/0/rule", "no text"),
    ("conduct", with_rule("S17"), "/cases/0/rule", "is a hold, not judged case by case"),
    ("conduct", with_rule("S01", R_isuer=1), "/cases/0/input/R_isuer", "did you mean 'R_issuer'"),
    ("conduct", with_rule("S01", C="3"), "/cases/0/input/C", "no number"),
    ("conduct", with_rule("S01", C=True), "/cases/0/input/C", "no number"),
    ("conduct", with_rule("S01", C=2.5), "/cases/0/input/C", "no whole number"),
    ("conduct", with_rule("S01", C=6), "/cases/0/input/C", "1 to 5"),
    ("conduct", with_rule("S01", regime=7), "/cases/0/input/regime", "no text"),
    ("conduct", with_rule("S01", regime="DEP", C=[]), "/cases/0/input/C", "no number"),
    ("conduct", with_rule("S02", initiator="bank"), "/cases/0/input/initiator", "RM, client"),
    ("conduct", with_rule("S02", on_objective="yes"), "/cases/0/input/on_objective", "neither 0"),
    ("conduct", with_rule("S06", action="sell"), "/cases/0/input/action", "hold, top_up"),
    ("conduct", with_rule("S07", test_date="2025-02-29"), "/cases/0/input/test_date", "no date"),
    ("conduct", with_rule("S07", test_date=20250101), "/cases/0/input/test_date", "no text"),
    ("conduct", with_rule("S08", tests="2026-01-01"), "/cases/0/input/tests", "no list"),
    ("conduct", with_rule("S08", tests=["2026-1-1"]), "/cases/0/input/tests/0", "no date"),
    ("conduct", with_rule("S08", tests=[None]), "/cases/0/input/tests/0", "no text"),
    ("conduct", with_rule("S10", test_time="2026-01-01"), "/cases/0/input/test_time", "local time"),
    (
        "conduct",
        with_rule("S10", order_time="2026-01-01T09:00Z"),
        "/cases/0/input/order_time",
        "write it as 2026-11-26T09:30",
    ),
    ("conduct", with_rule("S10", order_time="2026-01-01T25:00"), "/cases/0/input/order_time", "T"),
    ("conduct", with_rule("S11", amount=-1), "/cases/0/input/amount", "range"),
    ("conduct", with_rule("S11", amount=0.001), "/cases/0/input/amount", "fen"),
    ("conduct", with_rule("S11", amount="1"), "/cases/0/input/amount", "no number"),
    ("conduct", with_rule("S12", age=-1), "/cases/0/input/age", "0 to 150"),
    ("conduct", with_rule("S12", measures="call_back"), "/cases/0/input/measures", "no list"),
    ("conduct", with_rule("S12", measures=["callback"]), "/cases/0/input/measures/0", "call_back"),
    ("conduct", with_rule("S13", capacity="half"), "/cases/0/input/capacity", "full, limited"),
    ("conduct", with_rule("S16", private_type="fi"), "/cases/0/input/private_type", "FI, MIXED"),
    ("conduct", with_rule("M01", text=1), "/cases/0/input/text", "no text"),
    ("conduct", with_rule("M03", text="", benchmark=1), "/cases/0/input/benchmark", "no object"),
    (
        "conduct",
        with_rule("M03", text="", benchmark={"basis": True}),
        "/cases/0/input/benchmark/basis",
        "did you mean 'has_basis'",
    ),
    ("conduct", with_rule("CT02", opted_out=[1]), "/cases/0/input/opted_out/0", "no text"),
    ("conduct", with_rule("CT04", touches=["now"]), "/cases/0/input/touches/0", "local time"),
    ("lexicon", {}, "(whole file)", "'sentences' is missing"),
    ("lexicon", {"sentences": ["a"]}, "/sentences/0", "no object"),
    ("lexicon", {"sentences": [{}]}, "/sentences/0", "'text' is missing"),
    ("lexicon", {"sentences": [{"text": None}]}, "/sentences/0/text", "no text"),
    ("lexicon", {"sentences": [{"txt": "a"}]}, "/sentences/0", "did you mean 'txt'"),
)
