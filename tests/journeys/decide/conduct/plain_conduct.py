"""The conduct table written down a second time, for reading: one function a rule, nothing shared.

Each takes the input of a case and gives the whole answer. `ask` is the only trick: who asks for
what is not there leaves with a BLOCK or a SUPPRESS that names it.
"""

from datetime import date, datetime, timedelta

from tests.journeys.decide.conduct.plain_lexicon import classes

ALLOW, BLOCK, SUPPRESS, DEFER = ({"verdict": v} for v in ("ALLOW", "BLOCK", "SUPPRESS", "DEFER"))
OTHER = {"verdict": "ALLOW", "applies": False}


class Gap(Exception):  # noqa: N818 - a gap in the data, no error
    pass


class Ask:
    def __init__(self, said):
        self.said = said

    def __call__(self, name):
        if self.said.get(name) is None:
            raise Gap(name)
        return self.said[name]

    def day(self, name):
        return date.fromisoformat(self(name))

    def time(self, name):
        return datetime.fromisoformat(self(name))


def answer(case):
    rule = case["rule"]
    try:
        return RULES[rule](Ask(case["input"]))
    except Gap as gap:
        verdict = "SUPPRESS" if rule[:2] in {"CT", "PI"} else "BLOCK"
        return {"verdict": verdict, "missing": str(gap)}


def steps(*names):
    return {"verdict": "STEPS", "steps": sorted(names)} if names else ALLOW


def regime(ask, *own):
    said = ask("regime")
    if said not in ("NFRA", "CSRC", "INS", "DEP"):
        raise Gap("regime")
    return said in own


def level(ask):
    issuer = ask("R_issuer")
    seller = ask("R_seller")
    return max(seller, issuer)


def months_on(day, months):
    """By counting months, then stepping back from days that the calendar lacks."""
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    for number in (day.day, 30, 29, 28):
        try:
            return date(year, month, min(number, day.day))
        except ValueError:
            continue
    raise AssertionError


def s01(ask):
    if not regime(ask, "NFRA"):
        return OTHER
    return BLOCK if level(ask) > ask("C") else ALLOW


def s02(ask):
    if not regime(ask, "CSRC"):
        return OTHER
    if ask("initiator") == "client":
        return OTHER
    if level(ask) > ask("C"):
        return BLOCK
    return ALLOW if ask("on_objective") else BLOCK


def s03(ask):
    if not regime(ask, "CSRC"):
        return OTHER
    if ask("initiator") == "RM":
        return OTHER
    if level(ask) <= ask("C"):
        return OTHER
    if ask("C") == 1:
        return BLOCK
    todo = []
    if not ask("told_unsuitable"):
        todo.append("told_unsuitable")
    if not ask("special_warning_signed"):
        todo.append("special_warning_signed")
    return steps(*todo)


def s04(ask):
    return ALLOW if ask("R") in range(1, ask("C") + 1) else BLOCK


def s05(ask):
    return {"verdict": "ALLOW", "result": {"R_eff": level(ask)}}


def s06(ask):
    if not ask("rating_changed"):
        return OTHER
    if ask("action") == "top_up" and ask("R_new") > ask("C"):
        return BLOCK
    todo = [] if ask("notified") else ["notify_holder"]
    todo += [] if ask("opinion_reissued") else ["reissue_match_opinion"]
    return steps(*todo)


def s07(ask):
    taken, ordered = ask.day("test_date"), ask.day("order_date")
    if ordered < taken or ordered > months_on(taken, 12):
        return BLOCK
    return BLOCK if ask("client_reported_change") else ALLOW


def s08(ask):
    today = ask.day("today")
    tests = [date.fromisoformat(one) for one in ask("tests")]
    if len([one for one in tests if one == today]) + 1 > 2:
        return BLOCK
    first = months_on(today, -12)
    return BLOCK if len([one for one in tests if first <= one <= today]) + 1 > 8 else ALLOW


def s09(ask):
    if ask("new_C") == ask("last_C"):
        return ALLOW
    return ALLOW if ask("reconfirmed") else steps("client_reconfirms_class")


def s10(ask):
    if ask.time("test_time") >= ask.time("order_time"):
        return BLOCK
    if ask("actor") != "client":
        return BLOCK
    if ask("rm_device"):
        return BLOCK
    return BLOCK if ask("rm_prompt") else ALLOW


def s11(ask):
    if 2 * ask("amount") > ask("fin_net_worth"):
        return BLOCK
    return BLOCK if ask("liquid_after") < ask("monthly_need") else ALLOW


def s12(ask):
    if ask("age") < 65:
        return OTHER
    if level(ask) < 4:
        return OTHER
    todo = []
    if len(set(ask("measures"))) < 2:
        todo.append("two_of_four_measures")
    if ask("online") and not ask("age_friendly_flow"):
        todo.append("age_friendly_flow")
    return steps(*todo)


def s13(ask):
    capacity = ask("capacity")
    if capacity == "full":
        return ALLOW
    if capacity == "none":
        return BLOCK
    if not ask("guardian_consent"):
        return BLOCK
    return ALLOW if level(ask) == 1 else BLOCK


def s14(ask):
    if not regime(ask, "NFRA"):
        return OTHER
    if not ask("natural_person"):
        return OTHER
    return {"verdict": "ALLOW", "result": {"investor": "ordinary"}}


def s15(ask):
    if not regime(ask, "CSRC"):
        return OTHER
    rich = ask("fin_assets") >= 5_000_000 or ask("avg_income_3y") >= 500_000
    if not rich:
        return {"verdict": "ALLOW", "result": {"investor": "ordinary"}}
    able = ask("years_experience") >= 2 or ask("qualifying_role")
    return {"verdict": "ALLOW", "result": {"investor": "professional" if able else "ordinary"}}


def s16(ask):
    if not ask("private"):
        return OTHER
    if ask("years_experience") < 2:
        return BLOCK
    rich = ask("family_net_fin") >= 3_000_000 or ask("fin_assets") >= 5_000_000
    if not rich and ask("avg_income_3y") < 400_000:
        return BLOCK
    least = {"FI": 300_000, "MIXED": 400_000, "EQUITY": 1_000_000}[ask("private_type")]
    if ask("amount") < least:
        return BLOCK
    return BLOCK if ask("placement") in ("public", "branch", "site", "app") else ALLOW


def s20(ask):
    today = ask.day("date")
    if today > ask.day("licence_until"):
        return BLOCK
    if ask("product") not in ask("authorised_products"):
        return BLOCK
    return BLOCK if today > ask.day("authorisation_until") else ALLOW


def i01(ask):
    if not ask("mismatch"):
        return OTHER
    insists = ask("client_insists")
    todo = [] if ask("advised_stop") else ["advise_stop"]
    if insists:
        todo += [] if ask("explained") else ["explain"]
        todo += [] if ask("own_choice_signed") else ["own_choice_confirmation"]
    return steps(*todo)


def i02(ask):
    if not ask("uncertain_benefit"):
        return OTHER
    income = ask("family_income")
    heavy = ask("single_premium") > 4 * income
    heavy = heavy or 5 * ask("yearly_premium") > income
    heavy = heavy or ask("pay_years") + ask("age") >= 75
    heavy = heavy or 2 * ask("premium") >= 3 * ask("budget")
    if not heavy or ask("declaration_signed"):
        return ALLOW
    return steps("signed_declaration")


def hits(found):
    return {"verdict": "BLOCK" if found else "ALLOW", "hits": sorted(found)}


def m01(ask):
    return hits({"GUARANTEE", "ENDORSE"} & set(classes(ask("text"))))


def m02(ask):
    return hits({"LURE"} & set(classes(ask("text"))))


def m03(ask):
    found = {"FORECAST"} & set(classes(ask("text")))
    if ask.said.get("benchmark") is not None:
        shown = Ask(ask.said["benchmark"])
        if not shown("has_basis") or shown("alone") or shown("prominent"):
            found |= {"BENCHMARK_LAYOUT"}
    return hits(found)


def m04(ask):
    found = {"CONFUSE"} & set(classes(ask("text")))
    return hits(found | {"MIXED_ZONE"} if ask.said.get("mixed_zone") else found)


def m05(ask):
    if not ask("risk_warning"):
        return BLOCK
    return ALLOW if ask("facts_equal_contract") else BLOCK


def ct01(ask):
    if ask("service_notice"):
        return OTHER
    if ask("channel") not in ("sms", "push", "call"):
        return OTHER
    for wanted in ("consent", "sender_stated", "opt_out_in_message"):
        if not ask(wanted):
            return SUPPRESS
    return ALLOW


def ct02(ask):
    if ask("service_notice"):
        return OTHER
    return SUPPRESS if ask("channel") in ask("opted_out") else ALLOW


def ct03(ask):
    if ask("service_notice"):
        return OTHER
    now, late = ask.time("local_time"), False
    if not 9 <= now.hour < 21:
        late = not ask("client_asked")
    if ask.said.get("refused_on") is not None:
        late = late or now.date() <= months_on(ask.day("refused_on"), 6)
    return DEFER if late else ALLOW


def ct04(ask):
    if ask("service_notice"):
        return OTHER
    now = ask.time("now")
    if ask("complaint_open"):
        return SUPPRESS
    touches = [datetime.fromisoformat(one) for one in ask("touches")]
    week = [one for one in touches if one <= now and now - one < timedelta(hours=7 * 24)]
    return SUPPRESS if len(week) >= 2 else ALLOW


def ct05(ask):
    if not ask("service_notice"):
        return OTHER
    return SUPPRESS if ask("sales_text") else ALLOW


def pi03(ask):
    if not ask("automated"):
        return OTHER
    if not ask("non_profiled_option") and not ask("easy_refusal"):
        return SUPPRESS
    return SUPPRESS if ask("refused") and ask("score_triggered") else ALLOW


RULES = {
    name.upper(): rule
    for name, rule in list(globals().items())
    if name[:1] in "smicp" and name[-2:].isdigit()
}
