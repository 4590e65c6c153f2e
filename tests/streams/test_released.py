"""The released catalogue as doors follow it."""

from schemas.reference import Activation, CatalogueDraft, CatalogueFiles
from streams.catalogue_files import read_files
from streams.reference import releases
from streams.released import ReleasedCatalogue
from tests.builders import MONDAY_10, a_release
from tests.fakes import FakeLog
from tests.journeys.client.test_migration import second


def test_a_door_has_words_for_what_is_staged_too():
    old = read_files()
    new = second("move", moves='moves = { plan = "speak" }', plan="speak")
    new = {name: text.replace("inflow_talk", "inflow_chat") for name, text in new.items()}
    log = FakeLog(partitions=1)
    draft = CatalogueDraft(**dict(a_release(new, over=old, version="two")))
    stage = Activation(version=1, catalogue="two", stage="share", share_bp=100, by="bo")
    log.append(releases([CatalogueFiles(version="one", files=old), draft, stage], now=MONDAY_10))
    door = ReleasedCatalogue(log)
    door.refresh()
    policy = door.at(MONDAY_10)
    assert {"inflow_talk", "inflow_chat"} <= policy.actions.keys()
    assert policy.journeys["large_inflow"].version == 1
    assert policy.version == "one"


def test_a_staged_catalogue_speaks_for_its_own_decisions_alone():
    old = read_files()
    title = 'title_en = "What is this money for?"'
    new = {**old, "actions.toml": old["actions.toml"].replace(title, 'title_en = "May we ask?"')}
    log = FakeLog(partitions=1)
    draft = CatalogueDraft(**dict(a_release(new, over=old, version="two")))
    stage = Activation(version=1, catalogue="two", stage="outlets", outlets=("o1",), by="bo")
    log.append(releases([CatalogueFiles(version="one", files=old), draft, stage], now=MONDAY_10))
    door = ReleasedCatalogue(log)
    door.refresh()
    titles = [
        door.under(version, MONDAY_10).treatments["inflow_question_app"].title_en
        for version in ("one", "two", "zero", "")
    ]
    assert titles == ["What is this money for?", "May we ask?", *["What is this money for?"] * 2]
