"""Seeded cases of the conduct table and sentences for the lexicon: edges first, gaps often."""

from datetime import date, datetime, timedelta

from tests.channels.assess.conduct_cases import GOOD
from tests.channels.assess.forms import drawn

FAMILIES = {
    "S": [rule for rule in GOOD if rule[0] == "S"],
    "I": [rule for rule in GOOD if rule[0] == "I"],
    "M": [rule for rule in GOOD if rule[0] == "M"],
    "CT": [rule for rule in GOOD if rule[:2] == "CT"],
    "PI": [rule for rule in GOOD if rule[:2] == "PI"],
}
_NOON = datetime(2026, 11, 27, 12)  # noqa: DTZ001 - a local clock has no zone
_PIECES = (
    *("保本", "保息", "保收益", "保底", "保证收益", "保证本金", "刚兑", "刚性兑付", "兜底", "稳赚"),
    *("零风险", "无风险", "无风险利率", "绝对安全", "不会亏", "没有任何风险", "打破刚兑"),
    *("预期收益", "符合预期收益", "符合预期", "目标价", "低风险", "R1(低风险)", "中低风险"),
    *("风险等级:低风险", "高收益", "高收益债", "低利率环境", "等于存款", "不等于存款", "国家兜底"),
    *("并非", "不得", "禁止", "没有", "不能", "不是", "不属于", "不构成", "不", "非", "未"),
    *("不", "不", "不承诺", "不保证", "并非", "不得", "承诺", "保证", "宣传", "会", "任何", "一款"),
    *(
        "产品",
        "并",
        "绝",
        "也",
        "但",
        "却",
        "和",
        "及",
        "或",
        "本行",
        "客户",
        "今天",
        "投保",
        "确保",
    ),
    *(
        "。",
        "，",
        ",",
        ".",
        "\n",
        "、",
        "/",
        "—",
        " ",
        "\u200b",
        "·",
        "!",
        "证",
        "證",
        "無風險",
        "絕",
    ),
)


def conduct_form(seed, family, size):
    r = drawn(seed)
    return {"cases": [_case(r, r.choice(FAMILIES[family]), at) for at in range(size)]}


def lexicon_form(seed, size):
    r = drawn(seed)
    return {"sentences": [{"id": at, "text": _sentence(r)} for at in range(size)]}


def _case(r, rule, at):
    """The good case with some fields drawn anew, some taken away, some made null."""
    told = {}
    for name, good in GOOD[rule].items():
        chance = r.random()
        if chance < 0.03:
            continue
        told[name] = None if chance < 0.06 else good if chance < 0.5 else _value(r, name, good)
    return {"id": at, "rule": rule, "input": told}


def _value(r, name, good):
    if name in _DRAWS:
        return _DRAWS[name](r)
    if isinstance(good, bool):
        return r.random() < 0.5
    if isinstance(good, dict):
        return {key: r.choice((True, False, None)) for key in good if r.random() < 0.9}
    if isinstance(good, int):
        return r.choice((0, 1, 2, 3, good - 1, good, good + 1, 2 * good))
    raise AssertionError(name)


def _level(r):
    return r.randint(1, 5)


def _day(r):
    around = r.choice(
        (date(2026, 11, 27), date(2024, 2, 29), date(2023, 2, 28), date(2025, 11, 27))
    )
    return (around + timedelta(r.choice((0, 0, 0, 1, -1, r.randint(-800, 800))))).isoformat()


def _time(r):
    shift = r.choice((0, 1, -1, -180, -181, 539, 540, r.randint(-20_000, 20_000)))
    return (_NOON + timedelta(minutes=shift)).isoformat(timespec="minutes")


def _touches(r):
    week = 7 * 24 * 60
    shifts = [
        r.choice((0, 1, -week, 1 - week, -r.randint(0, 2 * week))) for _ in range(r.randint(0, 4))
    ]
    return [(_NOON + timedelta(minutes=shift)).isoformat(timespec="minutes") for shift in shifts]


def _tests(r):
    today = date(2026, 11, 27)
    back = (0, 1, 364, 365, 366, 730)
    return [
        (today - timedelta(r.choice(back))).isoformat()
        for _ in range(r.choice((0, 1, 2, 7, 8, 12)))
    ]


def _sentence(r):
    return "".join(r.choice(_PIECES) for _ in range(r.randint(1, 9)))


_DRAWS = {
    **dict.fromkeys(("R", "R_issuer", "R_seller", "R_new", "C", "new_C", "last_C"), _level),
    **dict.fromkeys(("test_date", "order_date", "today", "date", "refused_on"), _day),
    **dict.fromkeys(("licence_until", "authorisation_until"), _day),
    **dict.fromkeys(("test_time", "order_time", "local_time", "now"), _time),
    "regime": lambda r: r.choice(("NFRA", "CSRC", "INS", "DEP", "SEC")),
    "initiator": lambda r: r.choice(("RM", "client")),
    "action": lambda r: r.choice(("hold", "top_up")),
    "actor": lambda r: r.choice(("client", "RM", "other")),
    "capacity": lambda r: r.choice(("full", "limited", "none")),
    "private_type": lambda r: r.choice(("FI", "MIXED", "EQUITY")),
    "placement": lambda r: r.choice(("one_to_one", "targeted", "public", "branch", "site", "app")),
    "product": lambda r: r.choice("pqr"),
    "authorised_products": lambda r: r.sample("pqr", r.randint(0, 3)),
    "channel": lambda r: r.choice(("sms", "push", "call", "email", "visit")),
    "opted_out": lambda r: r.sample(("sms", "push", "call"), r.randint(0, 3)),
    "measures": lambda r: r.choices(("extra_facts", "think_24h", "call_back"), k=r.randint(0, 3)),
    "age": lambda r: r.choice((17, 63, 64, 64.9, 65, 65.5, 66, 90)),
    "touches": _touches,
    "tests": _tests,
    "text": _sentence,
}
