"""Forms answered by the second implementation; rates by asking every point of the grid."""

from datetime import date
from itertools import pairwise
from math import exp, log, sqrt

from tests.journeys.client.wealth import plain

FIELDS = ("product", "issuer", "kind", "R", "d", "f", "x", "iv", "mat", "idle", "roll")


def score_form(form):
    return [
        plain.score(_held(holdings, form["catalog"]), profile)
        for _, profile, holdings in form["clients"]
    ]


def _held(holdings, catalog):
    return [(catalog[key], yuan) for key, yuan in holdings.items()]


def match_form(form):
    return [_match(case, form["catalog"]) for case in form["cases"]]


def _match(case, catalog):
    _, profile, holdings = case["client"]
    now = plain.score(_held(holdings, catalog), profile)
    rows = []
    for key in case["products"]:
        held = dict(holdings)
        held[case["source"]] -= case["amount"]
        held[key] = held.get(key, 0) + case["amount"]
        then = plain.score(_held(held, catalog), profile)
        rows.append((then.S - now.S, _reasons(catalog[key], now, then)))
    return rows


def _reasons(row, now, then):
    limit_days = None if now.c.H is None else 365 * now.c.H
    rows = (
        _limit(row[3], now.c.C, "RISK_ABOVE_CLASS"),
        _limit(row[8], limit_days, "TENOR_TOO_LONG") if row[8] is not None else None,
        _drained(now, then),
        _limit(then.b.share(row), 0.6, "CONCENTRATION"),
    )
    return [reason for reason in rows if reason]


def _limit(value, limit, reason):
    if limit is None:
        return "DATA_MISSING"
    return reason if value > limit else None


def _drained(now, then):
    if then.L >= now.L - 1e-6:
        return None
    if now.c.E is None:
        return "DATA_MISSING"
    return "LIQUIDITY_AFTER" if then.months is not None and then.months < now.c.m else None


def movement_form(form):
    return [_movement(case, form["catalog"]) for case in form["cases"]]


def _movement(case, catalog):
    _, profile, holdings = case["client"]
    profile, holdings, catalog = dict(profile), dict(holdings), dict(catalog)
    params = dict(plain.P)
    first = last = plain.score(_held(holdings, catalog), profile)
    said, said_label, label = first.S, first.label, first.label
    causes, steps = {}, []
    for event in case["events"]:
        for key, leg in event.get("legs", {}).items():
            holdings[key] = holdings.get(key, 0) + leg
        holdings |= event.get("values", {})
        profile |= event.get("set", {})
        params |= event.get("params", {})
        for key, change in event.get("catalog_set", {}).items():
            row = dict(zip(FIELDS, catalog[key], strict=False)) | change
            catalog[key] = list(row.values())
        held = _held(holdings, catalog)
        now, kept = plain.score(held, profile, params), plain.score(held, profile, params, label)
        emit = round(abs(now.S - said), 6) >= 1 or kept.label != said_label
        cause = event["cause"]
        causes[cause] = causes.get(cause, 0) + now.S - last.S
        steps.append((cause, now.S, now.S - last.S, now.label, kept.label, emit))
        last, label = now, kept.label
        if emit:
            said, said_label = now.S, kept.label
    return first.S, last.S, causes, steps


STEPS = 20_000
GRID = [log(1e-4) + at * log(1e7) / STEPS for at in range(STEPS + 1)]


def returns_form(form):
    kinds = {"client": client, "xirr": xirr, "pme": pme, "brinson": brinson}
    kinds |= {"nps": nps, "advice": advice}
    return [kinds[case["kind"]](case["input"]) for case in form["cases"]]


def _netted(flows):
    sums = {}
    for day, amount in flows:
        sums[day] = sums.get(day, 0) + amount
    return sorted((date.fromisoformat(day), amount) for day, amount in sums.items() if amount)


def _sole_root(timed):
    """Every point of the grid asked; the one root then found by halving."""

    def worth(u):
        top = max(-t * u for t, _ in timed)
        return sum(a * exp(-t * u - top) for t, a in timed)

    signs = [(u, worth(u) > 0) for u in GRID if worth(u)]
    at = [(a, b) for (a, was), (b, now) in pairwise(signs) if was != now]
    if len(at) != 1:
        return None, "several_roots" if at else "no_root"
    low, high = at[0]
    up = worth(low) > 0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if (worth(middle) > 0) == up else (low, middle)
    return exp(low) - 1, "ok"


def _rate(flows):
    netted = _netted(flows)
    amounts = [amount for _, amount in netted]
    if not amounts or min(amounts) > 0 or max(amounts) < 0:
        return None, "no_sign_change", False
    turns = sum((a > 0) != (b > 0) for a, b in pairwise(amounts))
    start, end = netted[0][0], netted[-1][0]
    value, status = _sole_root([((day - start).days / 365, amount) for day, amount in netted])
    if status == "ok" and (end - start).days < 365:
        status = "span"
    return value, status, turns == 1


def xirr(said):
    value, status, _ = _rate(said["flows"])
    return {"xirr": value, "status": status}


def client(said):
    flows = said["flows"]
    start, end = date.fromisoformat(said["start"]), date.fromisoformat(said["end"])
    paid = [(day, -amount) for day, amount in flows]
    value, status, conventional = _rate(
        [(said["start"], -said["V0"]), *paid, (said["end"], said["VE"])]
    )
    linked = _twr(said, start, end)
    days = (end - start).days
    undefined = linked is None or days < 365 or linked < -1
    yearly = None if undefined else (1 + linked) ** (365 / days) - 1
    shown = status == "ok"
    return {
        "pnl": said["VE"] - said["V0"] - sum(amount for _, amount in flows),
        "modified_dietz": _dietz(said["V0"], said["VE"], _netted(flows), start, end),
        "xirr": value,
        "shown": shown,
        "status": status,
        "conventional": conventional,
        "twr": linked,
        "twr_pa": yearly,
        "gap": value - yearly if shown and yearly is not None else None,
    }


def _dietz(v0, ve, flows, start, end):
    days = (end - start).days
    base = v0 + sum(cf * (end - day).days / max(days, 1) for day, cf in flows)
    gain = ve - v0 - sum(cf for _, cf in flows)
    if base <= 0:
        return 0.0 if not (v0 or ve or flows) else None
    return gain / base


def _twr(said, start, end):
    netted = _netted(said["flows"])
    large = [(day, cf) for day, cf in netted if abs(cf) >= 0.1 * said["V0"]]
    edges, growth, worth = [*large, (end, None)], 1.0, said["V0"]
    since, first = start, True
    for day, cf in edges:
        before = said["VE"] if cf is None else said["values"].get(day.isoformat())
        if before is None and day == start:
            before = said["V0"]
        if before is None and day == end:
            before = said["VE"] - cf
        if before is None:
            return None
        small = [
            (at, x)
            for at, x in netted
            if (at, x) not in large and (since <= at if first else since < at) and at <= day
        ]
        part = _dietz(worth, before, small, since, day)
        if part is None:
            return None
        growth *= 1 + part
        since, worth, first = day, before + (cf or 0), False
    return growth - 1


def pme(said):
    index, last = said["index"], said["index"][-1]
    grown = [flow * last / level for flow, level in zip(said["flows"], index, strict=True)]
    paid, back = -sum(g for g in grown if g < 0), sum(g for g in grown if g > 0)
    bench = paid - back
    with_nav = [*grown[:-1], grown[-1] + said["nav"]]
    alpha = None
    if min(with_nav) < 0 < max(with_nav):
        alpha = _sole_root(list(enumerate(with_nav)))[0]
    return {
        "ks_pme": (back + said["nav"]) / paid if paid > 0 else None,
        "bench_E": bench,
        "VA": said["nav"] - bench,
        "ratio_net": said["nav"] / bench if bench > 0 else None,
        "direct_alpha": alpha,
    }


def brinson(said):
    rows = list(zip(said["wp"], said["wb"], said["rp"], said["rb"], strict=True))
    bench = sum(wb * rb for _, wb, _, rb in rows)
    found = {"Rp": sum(wp * rp for wp, _, rp, _ in rows), "Rb": bench}
    found["A"] = sum((wp - wb) * (rb - bench) for wp, wb, _, rb in rows)
    found["S"] = sum(wb * (rp - rb) for _, wb, rp, rb in rows)
    found["I"] = sum((wp - wb) * (rp - rb) for wp, wb, rp, rb in rows)
    return found | {"sum": found["A"] + found["S"] + found["I"]}


def nps(said):
    n = len(said["answers"])
    if not n:
        return {"n": 0, "nps": None, "se": None, "publish": False}
    p = sum(a >= 9 for a in said["answers"]) / n
    d = sum(a <= 6 for a in said["answers"]) / n
    se = 100 * sqrt((p + d - (p - d) ** 2) / n)
    return {"n": n, "nps": 100 * (p - d), "se": se, "publish": n >= 30}


def advice(said):
    return {"value": said["v"] * (said["r_new"] - said["r_old"]) - said["cost"]}
