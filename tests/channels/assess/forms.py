"""Seeded files of cases: every curve, edge and guard of the method is visited by some of them."""

from datetime import date, timedelta
from random import Random

from tests.journeys.client.wealth import golden

KINDS = ("SINGLE", "FUND", "WMP", "INDEX", "MMF", "DEPOSIT", "GOVT")
DAYS = (0, 1, 2, 7, 8, 30, 31, 90, 91, 365)
CAUSES = ("params", "clock", "price", "profile", "class_change", "trade", "flow")


def drawn(seed):
    return Random(seed)  # noqa: S311 - seeded cases, nothing secret


def catalog(r, products=24):
    """Golden rows and invented ones; lots of one product agree about it."""
    rows = {key: row for key, row in golden.rows().items() if not key.startswith("ef1_")}
    for at in range(products):
        row = [
            f"p{at}",
            f"i{r.randrange(8)}",
            r.choice(KINDS),
            r.randint(1, 5),
            r.choice(DAYS),
            r.choice((0, 25, 50, 120, r.randint(0, 300))),
            mix(r),
            r.choice((0, 0, 300, 3000, r.randint(0, 4000))),
            r.choice((None, None, -3, 0, 15, 30, 31, 365, 1095, 1096, r.randint(1, 4000))),
            r.randrange(2),
            r.randrange(2),
        ]
        rows[f"k{at}"] = row[: r.choice((10, 11))]
        if r.random() < 0.3:
            other = [*row[:4], r.choice(DAYS), *row[5:8], r.choice((None, 10, 400)), r.randrange(2)]
            rows[f"k{at}b"] = other
    return rows


def mix(r):
    if r.random() < 0.5:
        at = r.randrange(5)
        return [10_000 * (at == k) for k in range(5)]
    cuts = sorted(r.randint(0, 10_000) for _ in range(4))
    return [b - a for a, b in zip([0, *cuts], [*cuts, 10_000], strict=True)]


def money(r, most):
    return r.choice((0, r.randint(0, most), r.randint(0, most), round(10 ** r.uniform(0, 7))))


def client(r, rows, at):
    keys = r.sample(sorted(rows), r.choice((0, 1, 3, 6, 10)))
    return [f"c{at}", profile(r), {key: money(r, 800_000) for key in keys}]


def profile(r):
    said = {
        "age": r.choice((r.randint(18, 90), 59, 60, 35, 67)),
        "Y": money(r, 800_000),
        "E": money(r, 40_000),
        "C": r.randint(1, 5),
        "H": r.choice((0, 1, 3, 5, 10, 15, r.randint(0, 30))),
    }
    for name in said:
        if r.random() < 0.06:
            said[name] = None
    extra = {
        "ret_age": r.randint(50, 65),
        "retired": r.randrange(2),
        "stab": round(r.random(), 2),
        "dep": r.randint(0, 6),
        "debt": money(r, 3_000_000),
        "ds": money(r, 20_000),
        "hc": r.choice((0, 0.3, 1, round(r.random(), 2))),
        "edu": money(r, 600_000),
        "life": money(r, 3_000_000),
        "ci": money(r, 1_000_000),
        "med": r.randrange(2),
        "prem": money(r, 100_000),
        "save": money(r, 20_000),
        "goals": [
            [r.choice((-5, 0, money(r, 5_000_000))), r.randint(0, 30)]
            for _ in range(r.randint(0, 3))
        ],
        "ra_months": r.choice((0, 12, 13, 18, 19, r.randint(0, 30))),
        "maxloss": r.choice((None, 0, 0.04, 0.05, 0.12, round(r.random(), 2))),
        "planned_out": money(r, 200_000),
    }
    return said | {name: value for name, value in extra.items() if r.random() < 0.7}


def score_form(seed, size):
    r = drawn(seed)
    rows = catalog(r)
    return {"catalog": rows, "clients": [client(r, rows, at) for at in range(size)]}


def match_form(seed, size):
    r = drawn(seed)
    rows = catalog(r)
    return {"catalog": rows, "cases": [_match(r, rows, at) for at in range(size)]}


def _match(r, rows, at):
    one = client(r, rows, at)
    source = r.choice(sorted(rows))
    amount = r.randint(1, 300_000)
    one[2][source] = one[2].get(source, 0) + amount + r.choice((0, 0, r.randint(0, 300_000)))
    products = r.sample(sorted(rows), 4)
    return {"id": at, "client": one, "source": source, "amount": amount, "products": products}


def movement_form(seed, size):
    r = drawn(seed)
    rows = catalog(r)
    return {"catalog": rows, "cases": [_movement(r, rows, at) for at in range(size)]}


def _movement(r, rows, at):
    one = client(r, rows, at)
    held, known, events = dict(one[2]), dict(rows), []
    for _ in range(r.randint(1, 4)):
        event = {"cause": r.choice(CAUSES)}
        chosen = r.sample(sorted(_PARTS), r.choice((1, 1, 2)))
        for part in (name for name in _PARTS if name in chosen):
            event[part] = _PARTS[part](r, held, known)
        events.append(event)
    return {"id": at, "client": one, "events": events}


def _legs(r, held, rows):
    legs = {}
    for key in r.sample(sorted(rows), 2):
        legs[key] = r.choice((-held.get(key, 0), r.randint(0, 200_000)))
    for key, leg in legs.items():
        held[key] = held.get(key, 0) + leg
    return legs


def _values(r, held, rows):
    values = {key: round(yuan * r.choice((0.9, 0.99, 1.01, 1.1))) for key, yuan in held.items()}
    held |= values
    return values


def _set(r, _held, _rows):
    said = profile(r)
    return {name: said[name] for name in r.sample(sorted(said), min(3, len(said)))}


def _params(r, _held, _rows):
    choices = {
        "mu": [round(r.uniform(0, 0.1), 4) for _ in range(5)],
        "sd": [round(r.uniform(0, 0.3), 4) for _ in range(5)],
        "rho": r.choice(({}, {"EQ,ALT": 0.5}, {"BOND,EQ": -0.2, "BOND,ALT": 0.1})),
        "f0": [r.randint(0, 150) for _ in range(5)],
        "E_C": [0, 0.1, 0.3, 0.5, 0.9],
        "A_C": [0, 0.02, 0.05, 0.1, 0.1],
        "sigma_C": [0.01, 0.04, 0.09, 0.15, 0.3],
        "z": round(r.uniform(1.5, 3), 3),
        "pi": round(r.uniform(0, 0.03), 3),
        "IMP": round(r.random(), 2),
    }
    return {name: choices[name] for name in r.sample(sorted(choices), 2)}


def _catalog_set(r, _held, rows):
    """A field that belongs to the product changes in all its lots."""
    key = r.choice(sorted(rows))
    field, value = r.choice(
        (
            ("R", r.randint(1, 5)),
            ("f", r.randint(0, 300)),
            ("x", mix(r)),
            ("iv", r.randint(0, 3000)),
            ("d", r.choice(DAYS)),
            ("mat", r.choice((None, 5, 500))),
            ("idle", r.randrange(2)),
            ("roll", r.randrange(2)),
        )
    )
    of_product = field in {"R", "f", "x", "iv"}
    lots = [k for k, row in rows.items() if row[0] == rows[key][0]] if of_product else [key]
    return {lot: {field: value} for lot in lots}


_PARTS = {
    "legs": _legs,
    "values": _values,
    "set": _set,
    "params": _params,
    "catalog_set": _catalog_set,
}
START = date(2023, 1, 1)


def returns_form(seed, size):
    r = drawn(seed)
    kinds = list(_RETURNS)
    cases = []
    for at in range(size):
        kind = kinds[at % len(kinds)]
        cases.append({"id": at, "kind": kind, "input": _RETURNS[kind](r)})
    return {"cases": cases}


def _day(days):
    return (START + timedelta(days)).isoformat()


def _client(r):
    days, opening = r.choice((31, 364, 365, 800)), r.choice((0, 1_000, 100_000))
    moments = sorted(r.randint(0, days) for _ in range(r.randint(0, 5)))
    flows = [
        [_day(d), r.choice((-1, 1, 1)) * r.randint(0, max(opening // 4, 500))] for d in moments
    ]
    values = {_day(d): r.randint(0, 150_000) for d in moments if r.random() < 0.9}
    return {
        "start": _day(0),
        "end": _day(days),
        "V0": opening,
        "VE": r.choice((0, r.randint(0, 200_000))),
        "flows": flows,
        "values": values,
    }


def _xirr(r):
    count = r.randint(2, 7)
    flows = [[_day(r.randint(0, 1_500)), r.randint(-9_000, 9_000)] for _ in range(count)]
    if r.random() < 0.4:
        flows = [
            [_day(0), -1_000],
            [_day(365), r.randint(2_100, 2_400)],
            [_day(730), r.randint(-1_440, -1_200)],
        ]
    return {"flows": flows}


def _pme(r):
    count = r.randint(2, 6)
    flows = [r.choice((-1, -1, 1, 0)) * r.randint(0, 100_000) for _ in range(count)]
    index = [r.randint(80, 140) for _ in range(count)]
    return {"flows": flows, "index": index, "nav": r.choice((0, r.randint(0, 400_000)))}


def _brinson(r):
    count = r.randint(1, 6)
    weights = [[r.random() + 0.01 for _ in range(count)] for _ in range(2)]
    wp, wb = ([one / sum(side) for one in side] for side in weights)
    rp, rb = ([r.uniform(-0.3, 0.3) for _ in range(count)] for _ in range(2))
    return {"wp": wp, "wb": wb, "rp": rp, "rb": rb}


def _nps(r):
    return {"answers": [r.randint(0, 10) for _ in range(r.choice((0, 1, 29, 30, 200)))]}


def _advice(r):
    rates = [round(r.uniform(-0.3, 0.3), 4) for _ in range(2)]
    return {
        "v": r.randint(0, 10**6),
        "r_new": rates[0],
        "r_old": rates[1],
        "cost": r.randint(0, 5_000),
    }


_RETURNS = {
    "client": _client,
    "xirr": _xirr,
    "pme": _pme,
    "brinson": _brinson,
    "nps": _nps,
    "advice": _advice,
}
