"""The scoreboard's page: full, with too few, empty and broken; in both languages."""

import re

import pytest
from fastapi.testclient import TestClient

from channels.workbench.app import create_app
from channels.workbench.forest import forest
from channels.workbench.scoreboard import worded
from channels.workbench.shell import Pages
from channels.workbench.wording import Words
from schemas.time import DAY, SECOND, Instant
from streams.readmodel.database import open_database
from streams.readmodel.queries import Views
from tests.builders import the_catalogue
from tests.fakes import StillClock
from tests.streams.readmodel.facts_made import project
from tests.streams.readmodel.measured import CONTROL, ENDS, NOVEMBER, TREATED, Quarter, asked


class Office:
    """The workbench over a quarter made by hand."""

    def __init__(self, folder):
        self.quarter, self.failures = Quarter(), []
        self.database = open_database(f"sqlite:///{folder / 'views.db'}")
        self.views = Views(self.database, self.quarter.log)
        self.clock = StillClock(Instant(ENDS - 5 * DAY))
        pages = Pages(
            self.views,
            self.quarter.log,
            self.clock,
            the_catalogue(),
            failed=lambda error_id, error: self.failures.append((error_id, error)),
        )
        self.http = TestClient(create_app(pages))

    def show(self, path="/scoreboard", language="en"):
        project(self.database, self.quarter)
        self.http.cookies.set("language", language)
        return self.http.get(path)


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    yield office
    office.database.dispose()


def fill(quarter):
    """Of forty treated thirty are reached, of forty in control ten."""
    quarter.serve_all(TREATED[:40], outlet="east")
    quarter.serve_all(CONTROL[:40], outlet="east")
    quarter.serve_all(TREATED[40:52], outlet="west", tier="private")
    for one in (*TREATED[:30], *CONTROL[:10]):
        quarter.talk(one, seconds=300)


def cells(page, title):
    """The cells of a measure's row, as text."""
    row = re.search(
        rf"<tr[^>]*><th[^>]*>(?:<a[^>]*>)?{title}(?:</a>)?</th>(.*?)</tr>", page, re.DOTALL
    )
    assert row is not None, title
    found = re.findall(r"<td[^>]*>(.*?)</td>", row[1], re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in found]


def test_a_measure_shows_both_groups_their_difference_and_its_interval(office):
    fill(office.quarter)
    page = office.show().text
    treated, control, difference, _, n, remark = cells(page, "Reach")
    assert (treated, control, n, remark) == ("57.7%", "25.0%", "92", "")
    assert re.fullmatch(r"\+32\.7 \[\+\d+\.\d, \+\d+\.\d\]", difference)
    assert "style=" not in page
    assert "2026q4" in page
    assert "provisional" in page


def test_too_few_say_how_many_and_from_where_on_they_are_shown(office):
    fill(office.quarter)
    page = office.show().text
    assert cells(page, "private client")[-1] == "n = 12, shown from 30"
    assert cells(page, "private client")[0] == "n = 12"
    assert cells(page, "Net promoter score")[-1] == (
        "not measured: send conversation.promoter_answered"
    )
    assert cells(page, "First-contact resolution")[3] == "–"


def choose(quarter):
    """A hundred talks chosen over a view, told well: all misses but one lie below all goals."""
    quarter.serve_all(TREATED[:100], outlet="east")
    for at, one in enumerate(TREATED[:100]):
        p = 0.6 if at < 20 else 0.7 if at == 99 else 0.2
        quarter.told(one, p, met=at < 20, rivals=[("idle_cash_view", 0.1, 1.5)])


def test_the_health_of_decisions_is_told(office):
    choose(office.quarter)
    page = office.show().text
    auc = cells(page, "Model AUC")
    assert re.search(r"not good 0\.988 \[0\.9\d\d, 0\.99\d\]", auc[3].replace("\n", " "))
    assert (auc[4], auc[5]) == ("100", "look for a leak; goals reached 20; told by a model 21")
    talk, view = "Talk about maturing money", "Idle cash explained"
    standings, pairs = (section(page, name) for name in ("standings", "pairs"))
    assert cells(standings, talk)[:2] == ["100", "100.0% [96.3%, 100.0%]"]
    assert cells(standings, talk)[-1] == "look for a leak"
    assert cells(standings, view)[2] == f"{talk} × 100"
    assert cells(standings, view)[-1] == "AUC shown from 100 contacts"
    assert cells(pairs, talk) == [view, "100", "20.0% [13.3%, 28.9%]", "100"]


def test_the_health_of_decisions_is_told_in_chinese(office):
    choose(office.quarter)
    page = office.show(language="zh").text
    assert cells(page, "模型区分度（AUC）")[-1] == "请查信息泄漏；达成目标 20；由模型给出 21"
    lost = cells(section(page, "standings"), "闲置资金知识")
    assert (lost[2], lost[-1]) == ("到期资金沟通 × 100", "满 100 次接触才显示区分度")
    assert cells(section(page, "pairs"), "到期资金沟通")[0] == "闲置资金知识"


def section(page, name):
    return page.split(f'<section aria-labelledby="{name}">')[1].split("</section>")[0]


def test_where_nothing_was_ranked_or_chosen_it_is_said(office):
    fill(office.quarter)
    page = office.show().text
    assert "No action was ranked in this period." in section(page, "standings")
    assert "Nothing was chosen in this period." in section(page, "pairs")


def test_an_outlet_has_its_own_board_and_an_unknown_one_none(office):
    fill(office.quarter)
    page = office.show("/scoreboard?outlet=west").text
    assert cells(page, "Reach")[4] == "12"
    assert 'href="/scoreboard?period=2026q4&amp;outlet=east"' in page
    for path in ("outlet=north", "period=2026q9", "period=2027q2"):
        assert office.show(f"/scoreboard?{path}").status_code == 404, path


def test_the_page_speaks_chinese_first(office):
    fill(office.quarter)
    page = office.show(language="zh").text
    assert cells(page, "触达率")[0] == "57.7%"
    assert cells(page, "私行客户")[-1] == "样本 12，满 30 才显示"
    for word in ("成绩板", "暂估", "触达组与对照组", "合规检查", "未选原因", "定义"):
        assert word in page, word


def test_a_bank_without_clients_is_told_what_comes_first(office):
    answer = office.show()
    assert (answer.status_code, "No client is served here" in answer.text) == (200, True)
    assert "<table" not in answer.text


def test_figures_that_cannot_be_read_fail_alone_with_an_id_and_a_way_back(office):
    fill(office.quarter)
    office.show()
    with office.database.begin() as connection:
        connection.exec_driver_sql("drop table task_moves")
    office.clock.moment = Instant(office.clock.moment + 61 * SECOND)
    office.http.cookies.set("language", "en")
    answer = office.http.get("/scoreboard?outlet=east")
    ((error_id, error),) = office.failures
    assert answer.status_code == 503
    assert f"Error {error_id}" in answer.text
    assert 'href="/scoreboard?outlet=east">Try again' in answer.text
    assert "task_moves" in str(error)
    assert "task_moves" not in answer.text


def test_a_board_is_read_again_only_after_a_while(office):
    fill(office.quarter)
    office.show()
    office.quarter.talk(TREATED[30])
    assert cells(office.show().text, "Reach")[0] == "57.7%"
    office.clock.moment = Instant(office.clock.moment + 61 * SECOND)
    assert cells(office.show().text, "Reach")[0] == "59.6%"


def test_integrity_says_what_was_found_where_and_out_of_how_many(office):
    fill(office.quarter)
    for one in TREATED[:3]:
        office.quarter.talk(one, seconds=5, desk="rm-wu", at=Instant(NOVEMBER + DAY))
    page = office.show().text
    found, looked_at, where, _ = cells(page, '<span class="flagged">Talk too short</span>')
    assert (found, looked_at, where) == ("3", "43", "rm-wu 3")
    assert cells(page, "Case split")[:3] == ["0", "0", "–"]
    assert "review" in page


def test_only_differences_of_shares_that_are_shown_are_drawn(office):
    fill(office.quarter)
    project(office.database, office.quarter)
    found = office.views.measures(asked())
    rules = found.asked.edition.measures
    drawn = forest(found.figures, rules)
    assert [row.figure.measure for row in drawn.rows] == ["reach", "reach", "complaints"]
    assert [row.side for row in drawn.rows] == ["above", "above", "unclear"]
    assert all(
        drawn.ends[0] <= row.low <= row.middle <= row.high <= drawn.ends[1] for row in drawn.rows
    )
    assert drawn.rows[2].low < drawn.zero < drawn.rows[2].high
    titles = worded(found, Words("en", the_catalogue().at(ENDS))).titles
    assert titles["reach", "mass"] == "mass client"
    assert forest([figure for figure in found.figures if figure.lift is None], rules) is None
