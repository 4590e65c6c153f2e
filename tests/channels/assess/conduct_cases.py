"""Cases of the conduct table, both ways: each id names rule, source and article, what it shows, and
the verdict. `GOOD` is a case of each rule in which all is well; a case changes some of its fields.
"""

from typing import Any

ALLOW, STEPS, DEFER, SUPPRESS, BLOCK = "ALLOW", "STEPS", "DEFER", "SUPPRESS", "BLOCK"
GOOD: dict[str, dict[str, Any]] = {
    "S01": {"regime": "NFRA", "R_issuer": 2, "R_seller": 3, "C": 3},
    "S02": {
        "regime": "CSRC",
        "initiator": "RM",
        "R_issuer": 2,
        "R_seller": 3,
        "C": 3,
        "on_objective": True,
    },
    "S03": {
        "regime": "CSRC",
        "initiator": "client",
        "R_issuer": 4,
        "R_seller": 3,
        "C": 3,
        "told_unsuitable": True,
        "special_warning_signed": True,
    },
    "S04": {"R": 3, "C": 3},
    "S05": {"R_issuer": 2, "R_seller": 3},
    "S06": {
        "rating_changed": True,
        "action": "hold",
        "R_new": 5,
        "C": 1,
        "notified": True,
        "opinion_reissued": True,
    },
    "S07": {
        "test_date": "2025-11-27",
        "order_date": "2026-11-27",
        "client_reported_change": False,
    },
    "S08": {"today": "2026-11-27", "tests": []},
    "S09": {"new_C": 3, "last_C": 2, "reconfirmed": True},
    "S10": {
        "test_time": "2026-11-27T09:00",
        "order_time": "2026-11-27T09:01",
        "actor": "client",
        "rm_device": False,
        "rm_prompt": False,
    },
    "S11": {"amount": 50, "fin_net_worth": 100, "liquid_after": 10, "monthly_need": 10},
    "S12": {
        "age": 65,
        "R_issuer": 4,
        "R_seller": 1,
        "measures": ["call_back", "think_24h"],
        "online": True,
        "age_friendly_flow": True,
    },
    "S13": {"capacity": "limited", "guardian_consent": True, "R_issuer": 1, "R_seller": 1},
    "S14": {"regime": "NFRA", "natural_person": True},
    "S15": {
        "regime": "CSRC",
        "fin_assets": 5_000_000,
        "avg_income_3y": 0,
        "years_experience": 2,
        "qualifying_role": False,
    },
    "S16": {
        "private": True,
        "private_type": "FI",
        "amount": 300_000,
        "family_net_fin": 3_000_000,
        "fin_assets": 0,
        "avg_income_3y": 0,
        "years_experience": 2,
        "placement": "one_to_one",
    },
    "S20": {
        "date": "2026-11-27",
        "licence_until": "2026-11-27",
        "product": "p",
        "authorised_products": ["o", "p"],
        "authorisation_until": "2026-11-27",
    },
    "I01": {
        "mismatch": True,
        "client_insists": True,
        "advised_stop": True,
        "explained": True,
        "own_choice_signed": True,
    },
    "I02": {
        "uncertain_benefit": True,
        "family_income": 100,
        "single_premium": 400,
        "yearly_premium": 20,
        "pay_years": 10,
        "age": 64,
        "premium": 149,
        "budget": 100,
        "declaration_signed": False,
    },
    "M01": {"text": "到期日见“我的持有”"},
    "M02": {"text": "到期日见“我的持有”"},
    "M03": {
        "text": "业绩比较基准2.5%-3.5%",
        "benchmark": {"has_basis": True, "alone": False, "prominent": False},
    },
    "M04": {"text": "不等于存款", "mixed_zone": False},
    "M05": {"risk_warning": True, "facts_equal_contract": True},
    "CT01": {
        "service_notice": False,
        "channel": "sms",
        "consent": True,
        "sender_stated": True,
        "opt_out_in_message": True,
    },
    "CT02": {"service_notice": False, "channel": "sms", "opted_out": ["call"]},
    "CT03": {
        "service_notice": False,
        "local_time": "2026-11-27T09:00",
        "client_asked": False,
        "refused_on": None,
    },
    "CT04": {
        "service_notice": False,
        "now": "2026-11-27T12:00",
        "complaint_open": False,
        "touches": [],
    },
    "CT05": {"service_notice": True, "sales_text": False},
    "PI03": {
        "automated": True,
        "non_profiled_option": True,
        "easy_refusal": False,
        "refused": False,
        "score_triggered": True,
    },
}
_TEXT: dict[str, Any] = {"hits": []}
_PLAIN: dict[str, dict[str, Any]] = {
    "S05": {"result": {"R_eff": 3}},
    "S14": {"result": {"investor": "ordinary"}},
    "S15": {"result": {"investor": "professional"}},
    **dict.fromkeys(("M01", "M02", "M03", "M04"), _TEXT),
}
_OTHER = {"applies": False}

CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    *((f"{rule}-GOOD-all-is-well-ALLOW", {}, _PLAIN.get(rule, {})) for rule in GOOD),
    # S01: N7 art. 12 para. 2 (1)
    ("S01-N7-12-2-1-seller-level-above-class-BLOCK", {"R_seller": 4}, {}),
    ("S01-N7-12-2-1-issuer-level-above-class-BLOCK", {"R_issuer": 4}, {}),
    ("S01-N7-12-2-1-below-class-ALLOW", {"C": 5}, {}),
    ("S01-N7-12-other-regime-ALLOW", {"regime": "CSRC", "C": 1}, _OTHER),
    ("S01-N7-12-insurance-ALLOW", {"regime": "INS", "C": None}, _OTHER),
    ("S01-N7-12-deposit-ALLOW", {"regime": "DEP", "R_issuer": None}, _OTHER),
    ("S01-N7-12-no-regime-BLOCK", {"regime": None}, {"missing": "regime"}),
    ("S01-N7-12-unknown-regime-BLOCK", {"regime": "SEC"}, {"missing": "regime"}),
    ("S01-N7-12-no-class-BLOCK", {"C": None}, {"missing": "C"}),
    ("S01-N7-12-no-issuer-level-BLOCK", {"R_issuer": None}, {"missing": "R_issuer"}),
    ("S01-N7-12-no-seller-level-BLOCK", {"R_seller": None}, {"missing": "R_seller"}),
    # S02: C130 art. 22 (3) (4)
    ("S02-C130-22-3-above-class-BLOCK", {"R_seller": 4}, {}),
    ("S02-C130-22-4-off-objective-BLOCK", {"on_objective": False}, {}),
    ("S02-C130-22-above-class-reads-no-objective-BLOCK", {"C": 1, "on_objective": None}, {}),
    ("S02-C130-22-no-objective-BLOCK", {"on_objective": None}, {"missing": "on_objective"}),
    ("S02-C130-22-client-asked-ALLOW", {"initiator": "client", "C": 1}, _OTHER),
    ("S02-C130-22-other-regime-ALLOW", {"regime": "NFRA", "C": 1}, _OTHER),
    ("S02-C130-22-no-initiator-BLOCK", {"initiator": None}, {"missing": "initiator"}),
    # S03: C130 art. 19, 22 (5)
    (
        "S03-C130-22-5-nothing-done-STEPS",
        {"told_unsuitable": False, "special_warning_signed": False},
        {"steps": ["special_warning_signed", "told_unsuitable"]},
    ),
    (
        "S03-C130-22-5-not-signed-STEPS",
        {"special_warning_signed": False},
        {"steps": ["special_warning_signed"]},
    ),
    ("S03-C130-22-5-lowest-class-BLOCK", {"C": 1}, {}),
    ("S03-C130-22-5-lowest-class-reads-no-warning-BLOCK", {"C": 1, "told_unsuitable": None}, {}),
    ("S03-C130-22-5-within-class-ALLOW", {"C": 4, "told_unsuitable": None}, _OTHER),
    ("S03-C130-19-recommended-ALLOW", {"initiator": "RM", "C": 1}, _OTHER),
    ("S03-C130-19-other-regime-ALLOW", {"regime": "INS", "C": 1}, _OTHER),
    ("S03-C130-19-not-told-BLOCK", {"told_unsuitable": None}, {"missing": "told_unsuitable"}),
    # S04: AMAC guide of 2017
    ("S04-AMAC-2017-class-3-level-4-BLOCK", {"R": 4}, {}),
    ("S04-AMAC-2017-class-5-level-5-ALLOW", {"R": 5, "C": 5}, {}),
    ("S04-AMAC-2017-class-1-level-2-BLOCK", {"R": 2, "C": 1}, {}),
    ("S04-AMAC-2017-no-level-BLOCK", {"R": None}, {"missing": "R"}),
    # S05: N7 art. 22 para. 1
    ("S05-N7-22-1-issuer-higher-ALLOW", {"R_issuer": 5}, {"result": {"R_eff": 5}}),
    ("S05-N7-22-1-issuer-unknown-BLOCK", {"R_issuer": None}, {"missing": "R_issuer"}),
    # S06: N7 art. 22 para. 2
    (
        "S06-N7-22-2-nobody-told-STEPS",
        {"notified": False, "opinion_reissued": False},
        {"steps": ["notify_holder", "reissue_match_opinion"]},
    ),
    ("S06-N7-22-2-not-told-STEPS", {"notified": False}, {"steps": ["notify_holder"]}),
    ("S06-N7-22-2-holder-may-stay-ALLOW", {"R_new": None, "C": None}, {}),
    ("S06-N7-22-2-top-up-above-class-BLOCK", {"action": "top_up", "notified": None}, {}),
    ("S06-N7-22-2-top-up-within-class-ALLOW", {"action": "top_up", "C": 5}, {}),
    ("S06-N7-22-2-top-up-no-class-BLOCK", {"action": "top_up", "C": None}, {"missing": "C"}),
    ("S06-N7-22-2-rating-stands-ALLOW", {"rating_changed": False, "notified": None}, _OTHER),
    ("S06-N7-22-2-unknown-change-BLOCK", {"rating_changed": None}, {"missing": "rating_changed"}),
    # S07: N7 art. 29 para. 2
    ("S07-N7-29-2-expired-BLOCK", {"order_date": "2026-11-28"}, {}),
    ("S07-N7-29-2-last-day-ALLOW", {"order_date": "2026-11-27"}, {}),
    ("S07-N7-29-2-same-day-ALLOW", {"order_date": "2025-11-27"}, {}),
    ("S07-N7-29-2-test-of-the-future-BLOCK", {"order_date": "2025-11-26"}, {}),
    (
        "S07-N7-29-2-leap-day-last-ALLOW",
        {"test_date": "2024-02-29", "order_date": "2025-02-28"},
        {},
    ),
    (
        "S07-N7-29-2-leap-day-over-BLOCK",
        {"test_date": "2024-02-29", "order_date": "2025-03-01"},
        {},
    ),
    (
        "S07-N7-29-2-into-a-leap-year-BLOCK",
        {"test_date": "2023-02-28", "order_date": "2024-02-29"},
        {},
    ),
    ("S07-N7-29-2-change-reported-BLOCK", {"client_reported_change": True}, {}),
    ("S07-N7-29-2-no-test-BLOCK", {"test_date": None}, {"missing": "test_date"}),
    (
        "S07-N7-29-2-change-unknown-BLOCK",
        {"client_reported_change": None},
        {"missing": "client_reported_change"},
    ),
    (
        "S07-N7-29-2-expired-reads-no-change-BLOCK",
        {"order_date": "2027-01-01", "client_reported_change": None},
        {},
    ),
    # S08: N7 art. 29 para. 1
    ("S08-N7-29-1-second-of-the-day-ALLOW", {"tests": ["2026-11-27"]}, {}),
    ("S08-N7-29-1-third-of-the-day-BLOCK", {"tests": ["2026-11-27"] * 2}, {}),
    ("S08-N7-29-1-eighth-of-the-year-ALLOW", {"tests": ["2026-06-01"] * 7}, {}),
    ("S08-N7-29-1-ninth-of-the-year-BLOCK", {"tests": ["2026-06-01"] * 8}, {}),
    ("S08-N7-29-1-first-day-of-the-window-BLOCK", {"tests": ["2025-11-27"] * 8}, {}),
    ("S08-N7-29-1-before-the-window-ALLOW", {"tests": ["2025-11-26"] * 8}, {}),
    (
        "S08-N7-29-1-leap-day-BLOCK",
        {"today": "2024-02-29", "tests": ["2023-02-28"] * 8},
        {},
    ),
    ("S08-N7-29-1-tests-unknown-BLOCK", {"tests": None}, {"missing": "tests"}),
    # S09: N7 art. 29 para. 1
    ("S09-N7-29-1-new-class-STEPS", {"reconfirmed": False}, {"steps": ["client_reconfirms_class"]}),
    ("S09-N7-29-1-same-class-ALLOW", {"last_C": 3, "reconfirmed": None}, {}),
    (
        "S09-N7-29-1-lower-class-STEPS",
        {"new_C": 1, "reconfirmed": False},
        {"steps": ["client_reconfirms_class"]},
    ),
    ("S09-N7-29-1-last-unknown-BLOCK", {"last_C": None}, {"missing": "last_C"}),
    ("S09-N7-29-1-not-said-BLOCK", {"reconfirmed": None}, {"missing": "reconfirmed"}),
    # S10: N7 art. 13 (1)
    ("S10-N7-13-1-after-the-order-BLOCK", {"test_time": "2026-11-27T09:02"}, {}),
    ("S10-N7-13-1-in-the-same-minute-BLOCK", {"test_time": "2026-11-27T09:01"}, {}),
    ("S10-N7-13-1-by-the-adviser-BLOCK", {"actor": "RM"}, {}),
    ("S10-N7-13-1-on-the-advisers-device-BLOCK", {"rm_device": True}, {}),
    ("S10-N7-13-1-prompted-BLOCK", {"rm_prompt": True}, {}),
    ("S10-N7-13-1-device-unknown-BLOCK", {"rm_device": None}, {"missing": "rm_device"}),
    # S11: N7 art. 12 para. 2 (2), numbers of the bank
    ("S11-N7-12-2-2-above-half-BLOCK", {"amount": 51}, {}),
    ("S11-N7-12-2-2-above-half-by-a-fen-BLOCK", {"amount": 50.01}, {}),
    ("S11-N7-12-2-2-below-a-month-BLOCK", {"liquid_after": 9}, {}),
    ("S11-N7-12-2-2-no-need-ALLOW", {"liquid_after": 0, "monthly_need": 0}, {}),
    ("S11-N7-12-2-2-in-debt-BLOCK", {"fin_net_worth": -100}, {}),
    ("S11-N7-12-2-2-worth-unknown-BLOCK", {"fin_net_worth": None}, {"missing": "fin_net_worth"}),
    ("S11-N7-12-2-2-above-half-reads-no-need-BLOCK", {"amount": 51, "monthly_need": None}, {}),
    # S12: N7 art. 18, 46
    (
        "S12-N7-18-one-measure-STEPS",
        {"measures": ["call_back"]},
        {"steps": ["two_of_four_measures"]},
    ),
    (
        "S12-N7-18-one-measure-twice-STEPS",
        {"measures": ["call_back", "call_back"]},
        {"steps": ["two_of_four_measures"]},
    ),
    ("S12-N7-18-flow-STEPS", {"age_friendly_flow": False}, {"steps": ["age_friendly_flow"]}),
    (
        "S12-N7-18-nothing-done-STEPS",
        {"measures": [], "age_friendly_flow": False},
        {"steps": ["age_friendly_flow", "two_of_four_measures"]},
    ),
    ("S12-N7-18-in-branch-ALLOW", {"online": False, "age_friendly_flow": None}, {}),
    ("S12-N7-46-younger-ALLOW", {"age": 64, "R_issuer": None, "measures": None}, _OTHER),
    ("S12-N7-18-lower-level-ALLOW", {"R_issuer": 3, "measures": None}, _OTHER),
    ("S12-N7-46-age-unknown-BLOCK", {"age": None}, {"missing": "age"}),
    ("S12-N7-18-online-unknown-BLOCK", {"online": None}, {"missing": "online"}),
    # S13: N7 art. 19
    ("S13-N7-19-none-BLOCK", {"capacity": "none", "guardian_consent": None}, {}),
    ("S13-N7-19-full-ALLOW", {"capacity": "full", "guardian_consent": None}, {}),
    ("S13-N7-19-no-consent-BLOCK", {"guardian_consent": False, "R_issuer": None}, {}),
    ("S13-N7-19-level-2-BLOCK", {"R_seller": 2}, {}),
    ("S13-N7-19-capacity-unknown-BLOCK", {"capacity": None}, {"missing": "capacity"}),
    # S14: N7 art. 27, 28
    ("S14-N7-27-company-ALLOW", {"natural_person": False}, _OTHER),
    ("S14-N7-27-other-regime-ALLOW", {"regime": "CSRC", "natural_person": None}, _OTHER),
    ("S14-N7-27-unknown-BLOCK", {"natural_person": None}, {"missing": "natural_person"}),
    # S15: C130 art. 8 (5)
    (
        "S15-C130-8-5-by-income-and-role-ALLOW",
        {"fin_assets": 0, "avg_income_3y": 500_000, "years_experience": 0, "qualifying_role": True},
        {"result": {"investor": "professional"}},
    ),
    (
        "S15-C130-8-5-short-of-means-ALLOW",
        {"fin_assets": 4_999_999, "avg_income_3y": 499_999, "years_experience": None},
        {"result": {"investor": "ordinary"}},
    ),
    (
        "S15-C130-8-5-no-experience-ALLOW",
        {"years_experience": 1},
        {"result": {"investor": "ordinary"}},
    ),
    ("S15-C130-8-5-other-regime-ALLOW", {"regime": "NFRA", "fin_assets": None}, _OTHER),
    ("S15-C130-8-5-means-unknown-BLOCK", {"fin_assets": None}, {"missing": "fin_assets"}),
    # S16: 资管新规 art. 5, N7 art. 30, 私募条例 art. 20
    ("S16-ZG-5-no-experience-BLOCK", {"years_experience": 1}, {}),
    ("S16-ZG-5-no-means-BLOCK", {"family_net_fin": 2_999_999}, {}),
    ("S16-ZG-5-by-assets-ALLOW", {"family_net_fin": 0, "fin_assets": 5_000_000}, {}),
    ("S16-ZG-5-by-income-ALLOW", {"family_net_fin": 0, "avg_income_3y": 400_000}, {}),
    ("S16-ZG-5-ticket-FI-BLOCK", {"amount": 299_999}, {}),
    ("S16-ZG-5-ticket-MIXED-BLOCK", {"private_type": "MIXED", "amount": 399_999}, {}),
    ("S16-ZG-5-ticket-MIXED-met-ALLOW", {"private_type": "MIXED", "amount": 400_000}, {}),
    ("S16-ZG-5-ticket-EQUITY-BLOCK", {"private_type": "EQUITY", "amount": 999_999}, {}),
    ("S16-ZG-5-ticket-EQUITY-met-ALLOW", {"private_type": "EQUITY", "amount": 1_000_000}, {}),
    *(
        (f"S16-SMTL-20-shown-in-{place}-BLOCK", {"placement": place}, {})
        for place in ("public", "branch", "site", "app")
    ),
    ("S16-N7-30-not-private-ALLOW", {"private": False, "placement": "app"}, _OTHER),
    ("S16-N7-30-placement-unknown-BLOCK", {"placement": None}, {"missing": "placement"}),
    ("S16-ZG-5-type-unknown-BLOCK", {"private_type": None}, {"missing": "private_type"}),
    # S20: N7 art. 16 para. 1, 33
    ("S20-N7-16-1-licence-over-BLOCK", {"licence_until": "2026-11-26"}, {}),
    ("S20-N7-33-not-authorised-BLOCK", {"product": "q"}, {}),
    ("S20-N7-33-authorisation-over-BLOCK", {"authorisation_until": "2026-11-26"}, {}),
    ("S20-N7-16-1-licence-unknown-BLOCK", {"licence_until": None}, {"missing": "licence_until"}),
    ("S20-N7-33-nothing-authorised-BLOCK", {"authorised_products": []}, {}),
    # I01: N7 art. 38
    (
        "I01-N7-38-insists-STEPS",
        {"advised_stop": False, "explained": False, "own_choice_signed": False},
        {"steps": ["advise_stop", "explain", "own_choice_confirmation"]},
    ),
    (
        "I01-N7-38-does-not-insist-STEPS",
        {"client_insists": False, "advised_stop": False, "explained": None},
        {"steps": ["advise_stop"]},
    ),
    ("I01-N7-38-stopped-ALLOW", {"client_insists": False, "explained": None}, {}),
    ("I01-N7-38-matched-ALLOW", {"mismatch": False, "client_insists": None}, _OTHER),
    ("I01-N7-38-not-explained-BLOCK", {"explained": None}, {"missing": "explained"}),
    # I02: N7 art. 39
    *(
        (f"I02-N7-39-{what}-STEPS", change, {"steps": ["signed_declaration"]})
        for what, change in (
            ("single-premium", {"single_premium": 401}),
            ("yearly-premium", {"yearly_premium": 21}),
            ("pay-years-and-age", {"pay_years": 11}),
            ("budget", {"premium": 150}),
        )
    ),
    ("I02-N7-39-signed-ALLOW", {"premium": 150, "declaration_signed": True}, {}),
    (
        "I02-N7-39-first-sign-is-enough-STEPS",
        {"single_premium": 401, "budget": None},
        {"steps": ["signed_declaration"]},
    ),
    ("I02-N7-39-benefit-certain-ALLOW", {"uncertain_benefit": False, "budget": None}, _OTHER),
    ("I02-N7-39-budget-unknown-BLOCK", {"budget": None}, {"missing": "budget"}),
    (
        "I02-N7-39-not-said-BLOCK",
        {"premium": 150, "declaration_signed": None},
        {"missing": "declaration_signed"},
    ),
    # M rows: 广告法 art. 25, N7 art. 13 (2), NM art. 10, 基金法 art. 77 (2)
    ("M01-AD-25-guarantee-BLOCK", {"text": "保本"}, {"hits": ["GUARANTEE"]}),
    (
        "M01-AD-25-endorsed-guarantee-BLOCK",
        {"text": "国家兜底"},
        {"hits": ["ENDORSE", "GUARANTEE"]},
    ),
    ("M01-AD-25-lure-of-another-row-ALLOW", {"text": "低门槛"}, {"hits": []}),
    ("M01-AD-25-denied-ALLOW", {"text": "不承诺保本"}, {"hits": []}),
    ("M01-AD-25-no-text-BLOCK", {"text": None}, {"missing": "text"}),
    ("M01-AD-25-empty-text-ALLOW", {"text": ""}, {"hits": []}),
    ("M02-NM-10-7-lure-BLOCK", {"text": "低风险高收益"}, {"hits": ["LURE"]}),
    ("M02-NM-10-7-guarantee-of-another-row-ALLOW", {"text": "保本"}, {"hits": []}),
    ("M03-JJF-77-2-forecast-BLOCK", {"text": "预期收益"}, {"hits": ["FORECAST"]}),
    ("M03-W4-no-benchmark-ALLOW", {"benchmark": None}, {"hits": []}),
    *(
        (
            f"M03-W4-benchmark-{what}-BLOCK",
            {"benchmark": {"has_basis": True, "alone": False, "prominent": False, **change}},
            {"hits": ["BENCHMARK_LAYOUT"]},
        )
        for what, change in (
            ("without-basis", {"has_basis": False, "alone": None}),
            ("alone", {"alone": True}),
            ("prominent", {"prominent": True}),
        )
    ),
    (
        "M03-W4-both-BLOCK",
        {"text": "目标价", "benchmark": {"has_basis": False}},
        {"hits": ["BENCHMARK_LAYOUT", "FORECAST"]},
    ),
    (
        "M03-W4-basis-unknown-BLOCK",
        {"benchmark": {"alone": False, "prominent": False}},
        {"missing": "has_basis"},
    ),
    ("M04-N7-13-2-confused-BLOCK", {"text": "和存款一样"}, {"hits": ["CONFUSE"]}),
    ("M04-NM-11-mixed-zone-BLOCK", {"mixed_zone": True}, {"hits": ["MIXED_ZONE"]}),
    ("M04-NM-11-no-zone-ALLOW", {"mixed_zone": None}, {"hits": []}),
    ("M05-AD-25-no-warning-BLOCK", {"risk_warning": False, "facts_equal_contract": None}, {}),
    ("M05-NM-8-facts-differ-BLOCK", {"facts_equal_contract": False}, {}),
    ("M05-AD-25-warning-unknown-BLOCK", {"risk_warning": None}, {"missing": "risk_warning"}),
    # CT01: 广告法 art. 43
    ("CT01-AD-43-no-consent-SUPPRESS", {"consent": False, "sender_stated": None}, {}),
    ("CT01-AD-43-no-sender-SUPPRESS", {"sender_stated": False}, {}),
    ("CT01-AD-43-no-way-out-SUPPRESS", {"opt_out_in_message": False}, {}),
    ("CT01-AD-43-push-SUPPRESS", {"channel": "push", "consent": False}, {}),
    ("CT01-AD-43-call-SUPPRESS", {"channel": "call", "consent": False}, {}),
    ("CT01-AD-43-email-ALLOW", {"channel": "email", "consent": False}, _OTHER),
    ("CT01-AD-43-notice-ALLOW", {"service_notice": True, "channel": None}, _OTHER),
    ("CT01-AD-43-consent-unknown-SUPPRESS", {"consent": None}, {"missing": "consent"}),
    # CT02: consumer protection measures (消保办法)
    ("CT02-XB-opted-out-SUPPRESS", {"opted_out": ["call", "sms"]}, {}),
    ("CT02-XB-notice-ALLOW", {"service_notice": True, "opted_out": None}, _OTHER),
    ("CT02-XB-list-unknown-SUPPRESS", {"opted_out": None}, {"missing": "opted_out"}),
    # CT03: telesale rule of 2013
    ("CT03-TS-2013-before-nine-DEFER", {"local_time": "2026-11-27T08:59"}, {}),
    ("CT03-TS-2013-last-minute-ALLOW", {"local_time": "2026-11-27T20:59"}, {}),
    ("CT03-TS-2013-at-nine-in-the-evening-DEFER", {"local_time": "2026-11-27T21:00"}, {}),
    ("CT03-TS-2013-asked-ALLOW", {"local_time": "2026-11-27T23:00", "client_asked": True}, {}),
    (
        "CT03-TS-2013-asking-unknown-SUPPRESS",
        {"local_time": "2026-11-27T23:00", "client_asked": None},
        {"missing": "client_asked"},
    ),
    ("CT03-TS-2013-in-hours-reads-no-asking-ALLOW", {"client_asked": None}, {}),
    ("CT03-TS-2013-refused-DEFER", {"refused_on": "2026-05-27"}, {}),
    ("CT03-TS-2013-refused-long-ago-ALLOW", {"refused_on": "2026-05-26"}, {}),
    ("CT03-TS-2013-notice-ALLOW", {"service_notice": True, "local_time": None}, _OTHER),
    ("CT03-TS-2013-time-unknown-SUPPRESS", {"local_time": None}, {"missing": "local_time"}),
    # CT04: the bank's own
    ("CT04-OWN-one-touch-ALLOW", {"touches": ["2026-11-27T11:00"]}, {}),
    ("CT04-OWN-two-touches-SUPPRESS", {"touches": ["2026-11-20T12:01", "2026-11-27T12:00"]}, {}),
    ("CT04-OWN-one-is-a-week-old-ALLOW", {"touches": ["2026-11-20T12:00", "2026-11-27T12:00"]}, {}),
    ("CT04-OWN-complaint-SUPPRESS", {"complaint_open": True, "touches": None}, {}),
    ("CT04-OWN-touches-unknown-SUPPRESS", {"touches": None}, {"missing": "touches"}),
    ("CT04-OWN-notice-ALLOW", {"service_notice": True, "touches": None}, _OTHER),
    # CT05: from N7 art. 22
    ("CT05-N7-22-notice-that-sells-SUPPRESS", {"sales_text": True}, {}),
    ("CT05-N7-22-no-notice-ALLOW", {"service_notice": False, "sales_text": None}, _OTHER),
    ("CT05-N7-22-text-unknown-SUPPRESS", {"sales_text": None}, {"missing": "sales_text"}),
    # PI03: PIPL art. 24 para. 2
    ("PI03-PIPL-24-2-no-way-out-SUPPRESS", {"non_profiled_option": False}, {}),
    (
        "PI03-PIPL-24-2-easy-refusal-ALLOW",
        {"non_profiled_option": False, "easy_refusal": True},
        {},
    ),
    ("PI03-PIPL-24-2-refused-SUPPRESS", {"refused": True}, {}),
    ("PI03-PIPL-24-2-refused-but-unscored-ALLOW", {"refused": True, "score_triggered": False}, {}),
    ("PI03-PIPL-24-2-by-hand-ALLOW", {"automated": False, "refused": None}, _OTHER),
    ("PI03-PIPL-24-2-not-refused-reads-no-score-ALLOW", {"score_triggered": None}, {}),
    ("PI03-PIPL-24-2-refusal-unknown-SUPPRESS", {"refused": None}, {"missing": "refused"}),
]


def case(name: str, change: dict[str, Any]) -> dict[str, Any]:
    """A case of a form."""
    rule = name.partition("-")[0]
    return {"id": name, "rule": rule, "input": GOOD[rule] | change}


def expected(name: str, more: dict[str, Any]) -> dict[str, Any]:
    """Its whole answer."""
    return {"verdict": name.rpartition("-")[2]} | more
