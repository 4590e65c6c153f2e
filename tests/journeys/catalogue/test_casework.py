"""Case types and operations: what is refused, with file, line and remedy."""

import pytest

from tests.journeys.catalogue.shipped import changed, fault, files, line_of, loaded

CASES, OPERATIONS = "cases.toml", "operations.toml"


@pytest.mark.parametrize(
    ("name", "old", "new", "at", "message"),
    [
        (
            OPERATIONS,
            'id = "reserve_funds"\nundo',
            'id = "reserv_funds"\nundo',
            'id = "reserv_funds"',
            "unknown id 'reserv_funds'; did you mean 'reserve_funds'?",
        ),
        (
            OPERATIONS,
            'id = "correct_payment"\nundo = "restore_payment"\n',
            'id = "correct_payment"\n',
            "[[operation.step]]",
            (
                "operation 'fix_failed_payment': step 'correct_payment' cannot be taken back, and "
                'others follow it; write undo = "…", or put it last'
            ),
        ),
        (
            OPERATIONS,
            'id = "correct_payment"\nundo = "restore_payment"\n',
            'id = "correct_payment"\nundo = "release_funds"\n',
            "[[operation.step]]",
            "operation 'fix_failed_payment': 'release_funds' stands twice; a step is done once",
        ),
        (
            OPERATIONS,
            'timeout = "2min"\nretries = 5',
            'timeout = "2min"',
            "[[operation.step]]",
            "missing key 'retries'; write a whole number",
        ),
        (
            OPERATIONS,
            "retries = 5",
            "retries = 99",
            "retries = 99",
            "'retries' is 99; write 0 to 10",
        ),
        (
            OPERATIONS,
            'confirm_en = "Payment {payment} did',
            'confirm_en = "Payment {paymant} did',
            "confirm_en",
            "unknown parameter 'paymant'; did you mean 'payment'?",
        ),
        (
            OPERATIONS,
            "更正该笔付款并重新汇出{amount}",
            "更正该笔付款并重新汇出{amount}，秒到账",
            "confirm_zh",
            "秒到账",
        ),
        (
            OPERATIONS,
            'roll_over = "到期自动续存"',
            'roll_over = "自动续存，保本"',
            "choices_zh",
            "'自动续存，保本' says what may not be said",
        ),
        (
            OPERATIONS,
            ', pay_out = "到期转入您的账户" }',
            " }",
            "choices_zh",
            "name every choice in both languages: choices_zh, choices_en",
        ),
        (
            OPERATIONS,
            'amount = "amount"\n',
            "",
            "[[operation]]",
            "'amount' is money, and no authority is measured by it; write amount = \"amount\"",
        ),
        (
            OPERATIONS,
            'least = "1 CNY"',
            'least = "2_000_000 CNY"',
            'most = "1_000_000 CNY"',
            "'most' is less than 'least'; write the larger amount",
        ),
        (
            OPERATIONS,
            'by = ["client"]\nup_to = "50_000 CNY"',
            'by = []\nup_to = "50_000 CNY"',
            "by = []",
            'nobody may confirm here; write by = ["client"], or remove the row',
        ),
        (
            CASES,
            'operations = ["fix_failed_payment"]',
            'operations = ["fix_failed_paiment"]',
            "fix_failed_paiment",
            "unknown operation 'fix_failed_paiment'; did you mean 'fix_failed_payment'?",
        ),
        (
            CASES,
            (
                'record = ["payment", "account", "amount", "payee"]\n'
                'needed = ["payment", "account", "amount"]'
            ),
            'record = ["payment", "account", "payee"]\nneeded = ["payment", "account"]',
            'record = ["payment", "account", "payee"]',
            (
                "operation 'fix_failed_payment' needs 'amount', which the record of case type "
                "'payment_failed' cannot hold; add it to record"
            ),
        ),
        (
            CASES,
            'first_contact = "7d"           #',
            'first_contact = "15d" #',
            'reopen = "14d"',
            (
                "'reopen' is shorter than 'first_contact': a case would be closed before it is "
                "known whether the first contact solved it; write as much or more"
            ),
        ),
        (
            CASES,
            'requests = ["maturity_instruction"]',
            'requests = ["payment_failed"]',
            "requests = ",
            "'payment_failed' opens case type",
        ),
        (
            CASES,
            ', remote = "remote", branch = "rm" }',
            ', remote = "remote" }',
            "[[case_type]]",
            "'owners' names nobody for channel 'branch'; write branch = \"remote\"",
        ),
        (
            CASES,
            'help = "case_help"',
            'help = "case_halp"',
            "case_halp",
            "unknown action 'case_halp'; did you mean 'case_help'?",
        ),
    ],
)
def test_a_fault_names_its_line_and_what_to_write(name, old, new, at, message):
    texts = changed(name, old, new)
    said = fault(texts)
    place, _, what = said.partition(": ")
    assert message in what
    assert place.startswith(f"{name}:")
    line = texts[name].splitlines()[int(place.rpartition(":")[2]) - 1]
    assert at in line, (place, line)


def test_a_case_type_that_nothing_opens_is_refused():
    texts = changed(CASES, 'requests = ["payment_failed"]', "requests = []")
    assert "nothing opens case type 'payment_failed'" in fault(texts)


def test_an_operation_under_way_keeps_the_version_it_was_offered_under():
    text = files()[OPERATIONS]
    head = 'id = "fix_failed_payment"\nversion = 1\nvalid_from = 2026-01-01\n'
    first = text[text.index("[[operation]]") : text.index('id = "move_maturity_instruction"')]
    first = first.rpartition("[[operation]]")[0]
    second = first.replace(head, head.replace("1\nv", "2\nv").replace("01-01", "12-01"))
    ended = text.replace(head, head + "valid_to = 2026-12-01\n")
    catalogue = loaded({**files(), OPERATIONS: ended + second})
    assert catalogue.editions[-1].casework.operations["fix_failed_payment"].version == 2
    assert catalogue.operations["fix_failed_payment", 1].version == 1


def test_the_way_a_line_is_found_is_the_loaders_own():
    texts = changed(CASES, "cases_at_once = 4", "cases_at_once = 0")
    assert fault(texts).startswith(line_of(texts, CASES, "cases_at_once"))
