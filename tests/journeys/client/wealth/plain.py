"""The method written down a second time: rows walked one by one, yuan as floats, no sums kept.

Follows the text of the specification, sections 3 to 6 and 9, symbol by symbol, over catalogue rows
and profiles as files have them, and shares no code with the room; slow and plain on purpose.
"""

from collections import defaultdict
from itertools import pairwise
from math import sqrt
from types import SimpleNamespace
from typing import Any

P: dict[str, Any] = {
    "mu": (0.012, 0.016, 0.026, 0.07, 0.04),
    "sd": (0.002, 0.001, 0.025, 0.22, 0.15),
    "rho": {"BOND,ALT": 0.10, "EQ,ALT": 0.15},
    "f0": (25, 0, 50, 120, 100),
    "E_C": (0, 0.08, 0.25, 0.6, 0.85),
    "A_C": (0, 0, 0.05, 0.1, 0.1),
    "sigma_C": (0.005, 0.03, 0.08, 0.16, 0.25),
    "z": 2.3378028,
    "pi": 0.015,
    "IMP": 0.40,
}
CLASSES = ("CASH", "FIX", "BOND", "EQ", "ALT")
H = ((1, 1.0), (7, 0.9), (30, 0.7), (90, 0.3))
G = {1: 1, 2: 1, 3: 0.5, 4: 0, 5: 0}
DELTA = {
    "SINGLE": 1,
    "FUND": 0.5,
    "WMP": 0.5,
    "INDEX": 0.25,
    "MMF": 0.25,
    "DEPOSIT": 0.25,
    "GOVT": 0,
}
W = (15, 15, 20, 10, 15, 10, 5, 5, 5)
CUTS = (("非常健康", 85), ("基本健康", 75), ("亚健康", 60))
RANKS = ("非常健康", "基本健康", "亚健康", "不健康")
DEFAULTS: dict[str, Any] = {
    "age": None,
    "Y": None,
    "E": None,
    "C": None,
    "H": None,
    "ret_age": 60,
    "retired": 0,
    "stab": 0.7,
    "dep": 0,
    "debt": 0,
    "ds": 0,
    "hc": 0,
    "edu": 0,
    "life": 0,
    "ci": 0,
    "med": 0,
    "prem": 0,
    "save": 0,
    "goals": [],
    "ra_months": 3,
    "maxloss": None,
    "planned_out": 0,
}


def pl(x, *knots):
    for (x0, y0), (x1, y1) in pairwise(knots):
        if x <= x0:
            return y0
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return knots[-1][1]


def score(held, told, params=P, previous=None):
    """Points, S, label and so on of `held`, [(row, yuan)], and `told`, a profile as files say it.

    A row is [product, issuer, kind, R, d, f, x, iv, mat, idle] and perhaps roll.
    """
    c = SimpleNamespace(**DEFAULTS | {name: v for name, v in told.items() if v is not None})
    c.B0 = None if c.E is None else c.E + c.ds
    c.m = 12 if c.retired else min(12, max(3, 3 + 3 * (1 - c.stab) + 0.5 * c.dep))
    b = sums(held, params)
    b.target = target(b, c, params)
    lam = pl(b.V, (0, 0), (10_000, 1))
    shares = [d(b, c, params) for d in (d1, d2, d3, d4, d5, d6, d7, d8, d9)]
    coverage = round(sum(w for w, s in zip(W, shares, strict=True) if s is not None)) / 100
    for at in (2, 3, 4, 6, 7):
        if shares[at] is not None:
            shares[at] = lam * shares[at] + (1 - lam) * params["IMP"]
    full = [params["IMP"] if s is None else s for s in shares]
    points = [w * s for w, s in zip(W, full, strict=True)]
    total = sum(points)
    return SimpleNamespace(
        points=points,
        S=total,
        coverage=coverage,
        target=b.target,
        label=label(total, full, b, c, previous),
        months=None if c.B0 in (None, 0) else b.L / c.B0,
        L=b.L,
        c=c,
        b=b,
    )


def label(total, full, b, c, previous):
    """A better label is gained at its cut and lost below the cut less 1; gates act at once."""
    total = round(total, 6)
    rank = 3
    for at, (_, cut) in enumerate(CUTS):
        kept = previous is not None and RANKS.index(previous) <= at
        if total >= (cut - 1 if kept else cut):
            rank = at
            break
    if c.C is not None and b.u(c.C) > 0:
        rank = max(rank, 1)
    if any(s < 0.2 and w >= 10 for s, w in zip(full, W, strict=True)):
        rank = max(rank, 2)
    return RANKS[rank]


def sums(held, params):
    b = SimpleNamespace(V=0.0, L=0.0, FEE=0.0, XF=0.0, CASHV=0.0, MAT30=0.0)
    classes, levels = [0.0] * 5, [0.0] * 5
    for row, v in held:
        _, _, _, level, d, f, x, _, mat, idle, *rest = row
        b.V += v
        b.L += v * next((h for most, h in H if d <= most), 0) * G[level]
        b.FEE += v * f / 1e4
        b.XF += (
            v * max(0, f - sum(k * f0 / 1e4 for k, f0 in zip(x, params["f0"], strict=True))) / 1e4
        )
        b.CASHV += v if idle else 0
        rolls = bool(rest and rest[0])
        b.MAT30 += v if mat is not None and 0 <= mat <= 30 and not rolls else 0
        levels[level - 1] += v
        for k in range(5):
            classes[k] += v * x[k] / 1e4
    v = b.div = max(b.V, 0.01)
    b.x = [k / v for k in classes] if b.V else [1, 0, 0, 0, 0]
    b.u = lambda c: sum((r - c) * levels[r - 1] for r in range(c + 1, 6)) / v
    risks(held, b, params)
    return b


def risks(held, b, params):
    per_product, own, per_issuer, per_bank = positions(held)
    for bank, balance in per_bank.items():
        over = 0.25 * max(0, balance - 500_000)
        per_product["bank", bank] += over
        per_issuer[bank] += over
    square = b.div**2
    part = {name: x * sd for name, x, sd in zip(CLASSES, b.x, params["sd"], strict=True)}
    common = sum(p * p for p in part.values())
    for pair, rho in params["rho"].items():
        one, other = pair.split(",")
        common += 2 * rho * part[one] * part[other]
    b.HP = sum(p * p for p in per_product.values()) / square
    b.HG = sum(g * g for g in per_issuer.values()) / square
    b.var = max(0, common) + sum(q * q for q in own.values()) / square
    b.mu = sum(x * m for x, m in zip(b.x, params["mu"], strict=True))
    b.share = lambda row: (
        max(per_product.get(row[0], 0), papers_of(per_issuer, per_bank, row[1])) / b.div
    )


def papers_of(per_issuer, per_bank, issuer):
    return per_issuer.get(issuer, 0) - 0.25 * max(0, per_bank.get(issuer, 0) - 500_000)


def positions(held):
    found = [defaultdict[Any, float](float) for _ in "PQGB"]
    per_product, own, per_issuer, per_bank = found
    for (product, issuer, kind, _, _, _, _, iv, *_), v in held:
        own[product] += v * iv / 1e4
        if kind == "DEPOSIT":
            per_bank[issuer] += v
        else:
            per_product[product] += DELTA[kind] * v
            per_issuer[issuer] += DELTA[kind] * v
    return found


def target(b, c, params):
    if None in (c.age, c.B0, c.C, c.H):
        return None
    limits = [
        pl(c.age - c.ret_age, (-25, 0.9), (0, 0.5), (7, 0.3)),
        params["E_C"][c.C - 1],
        pl(c.H, (1, 0), (3, 0.2), (5, 0.4), (10, 0.7), (15, 0.9)),
    ]
    if c.maxloss is not None:
        limits.append(max(0, c.maxloss - 0.04) / 0.444)
    e = min(limits)
    k = min(0.6, max(0.03, c.m * c.B0 / b.V)) if b.V else 0.6
    a = params["A_C"][c.C - 1] * min(1, e / 0.1)
    return (k, (1 - k) * (1 - e - a), (1 - k) * e, (1 - k) * a)


def d1(b, c, _params):
    if c.B0 is None:
        return None
    months = b.L / c.B0 if c.B0 else 1e9
    return pl(months / c.m, (0, 0), (0.5, 0.6), (1, 1))


def d2(b, c, _params):
    if None in (c.Y, c.E, c.age):
        return None
    kappa = min(1, 0.4 + 0.2 * c.dep) if c.dep else 0
    nl = max(0, min(10 * c.Y, c.debt + 120 * c.E * kappa + c.edu - 0.5 * b.V))
    nc = max(0, min(3 * c.Y, 1e6) - 0.2 * b.V) if c.age < 60 and not c.retired else 0

    def covered(cover, need):
        return min(1, (cover + c.Y / 2) / (need + c.Y / 2)) if need + c.Y / 2 else 1

    cost = pl(c.prem / max(c.Y, 0.01), (0.1, 1), (0.2, 0.85), (0.4, 0.5))
    return (0.5 * covered(c.life, nl) + 0.3 * covered(c.ci, nc) + 0.2 * bool(c.med)) * cost


def d3(b, _c, _params):
    if b.target is None:
        return None
    groups = (b.x[0], b.x[1] + b.x[2], b.x[3], b.x[4])
    te = sum(abs(h - t) for h, t in zip(groups, b.target, strict=True)) / 2
    return pl(te, (0.05, 1), (0.15, 0.75), (0.3, 0.35), (0.6, 0))


def d4(b, _c, _params):
    knots = ((0.02, 1), (0.05, 0.8), (0.1, 0.5), (0.2, 0.2), (0.4, 0))
    return 0.5 * pl(b.HP, *knots) + 0.5 * pl(b.HG, *knots)


def d5(b, c, params):
    if c.C is None:
        return None
    es = params["z"] * sqrt(b.var) - b.mu
    budget = params["z"] * params["sigma_C"][c.C - 1]
    if c.maxloss is not None:
        budget = min(budget, c.maxloss)
    if budget:
        fits = pl(max(0, es) / budget, (1, 1), (1.25, 0.7), (1.5, 0.4), (2, 0))
    else:
        fits = 1 if es <= 0 else 0
    over = pl(b.u(c.C), (0, 1), (0.05, 0.7), (0.2, 0.3), (0.5, 0))
    return over * fits * pl(c.ra_months, (12, 1), (18, 0.5))


def d6(b, c, params):
    if c.B0 is None:
        return None
    mg = b.mu - b.FEE / b.div - b.var / 2
    goals = [(fv, t) for fv, t in c.goals if fv > 0]
    if not goals:
        return pl(mg - params["pi"], (-0.02, 0), (0, 0.5), (0.015, 1))
    r, inv = max(mg, 0), max(0, b.V - c.m * c.B0)

    def funded(by):
        a = by if r <= 1e-9 else (1 - (1 + r) ** -by) / r
        wanted = sum(fv * (1 + r) ** -t for fv, t in goals if t <= by)
        return (inv + 12 * c.save * a) / wanted

    return pl(min(funded(t) for _, t in goals), (0.4, 0), (0.7, 0.5), (1, 1))


def d7(b, _c, _params):
    return pl(b.XF / b.div, (0, 1), (0.003, 0.7), (0.01, 0.2), (0.02, 0))


def d8(b, c, _params):
    if c.B0 is None:
        return None
    idle = max(0, b.CASHV - 1.5 * c.m * c.B0 - c.planned_out) / b.div
    soon = b.MAT30 / b.div
    return 0.7 * pl(idle, (0.05, 1), (0.2, 0.6), (0.5, 0.1), (0.8, 0)) + 0.3 * pl(
        soon, (0.05, 1), (0.2, 0.6), (0.5, 0.2), (1, 0)
    )


def d9(_b, c, _params):
    if c.Y is None:
        return None
    dsr = 12 * c.ds / max(c.Y, 0.01)
    return pl(dsr, (0.3, 1), (0.4, 0.7), (0.5, 0.4), (0.55, 0.2), (0.7, 0)) * pl(
        c.hc, (0, 1), (0.3, 0.6), (1, 0.3)
    )
