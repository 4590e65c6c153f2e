import pytest

from journeys.errors import DefinitionError
from schemas.reference import CatalogueFiles
from streams import reference
from streams.catalogue_files import read_catalogue, read_files, version_of
from streams.errors import WorkerStopError
from streams.ports import Outgoing
from streams.reference import ReferenceLog
from streams.topics import REFERENCE
from tests.builders import MONDAY_10, a_product
from tests.fakes import FakeLog
from tests.models import a_model, edited

CATALOGUE = CatalogueFiles(version="one", files=read_files())
MODEL = a_model()


@pytest.fixture
def log():
    log = FakeLog(partitions=1)
    release(log, CATALOGUE, a_product(), a_product(version=2, fee_bp=50))
    return log


def release(log, *payloads):
    log.append(reference.releases(payloads, now=MONDAY_10))


def test_each_offset_has_its_own_view_in_whatever_order_they_are_asked(log):
    views = ReferenceLog(log)
    release(log, a_product("other"))
    assert views.at(4).product("other") is not None
    assert views.at(2).product("wmp1").version == 1
    assert views.at(3).product("wmp1").version == 2
    assert views.at(3).product("other") is None
    assert [views.at(n).offset for n in (2, 3, 4)] == [2, 3, 4]
    assert views.at(1).catalogue.version == "one"


def test_a_view_asked_twice_is_the_same(log):
    views = ReferenceLog(log)
    assert views.at(3) is views.at(3)


def test_a_new_catalogue_keeps_the_products(log):
    release(log, CatalogueFiles(version="two", files=CATALOGUE.files))
    view = ReferenceLog(log).at(4)
    assert (view.catalogue.version, view.product("wmp1").version) == ("two", 2)


def test_a_model_is_in_force_from_its_offset_on_and_the_newest_is_asked(log):
    release(log, MODEL, a_model(sequence=2))
    views = ReferenceLog(log)
    assert views.at(3).models == {}
    assert views.at(4).models[MODEL.model].sequence == 1
    assert views.at(5).models[MODEL.model].sequence == 2
    assert views.at(5).products == views.at(3).products


def test_a_model_that_is_withdrawn_is_asked_no_more_until_the_next(log):
    release(log, MODEL, edited(a_model(sequence=2), withdrawn=True), a_model(sequence=3))
    views = ReferenceLog(log)
    assert views.at(5).models == {}
    assert views.at(6).models[MODEL.model].sequence == 3


def test_a_sequence_is_released_once(log):
    release(log, MODEL)
    views = ReferenceLog(log)
    with pytest.raises(DefinitionError, match="stands at sequence 1 already; release it as 2"):
        views.check([MODEL])
    with pytest.raises(DefinitionError, match="before any catalogue"):
        ReferenceLog(FakeLog()).check([MODEL])


def test_a_model_that_was_touched_stops_the_worker(log):
    release(log, MODEL.model_copy(update={"positives": 1}))
    with pytest.raises(WorkerStopError, match=r"record 3: model .*sha256 is of other bytes"):
        ReferenceLog(log).at(4)


def test_a_release_is_checked_before_it_is_written(log):
    views = ReferenceLog(log)
    views.check([a_product(), a_product(version=3)])
    with pytest.raises(DefinitionError, match="other facts"):
        views.check([a_product(version=3), a_product(version=3, fee_bp=1)])
    with pytest.raises(DefinitionError, match="other facts"):
        views.check([a_product(fee_bp=1)])
    with pytest.raises(DefinitionError):
        views.check([CatalogueFiles(version="x", files={"a.toml": "="})])
    with pytest.raises(DefinitionError, match="before any catalogue"):
        ReferenceLog(FakeLog()).check([a_product()])


def test_a_contradiction_on_the_log_stops_the_worker(log):
    release(log, a_product(fee_bp=1))
    with pytest.raises(WorkerStopError, match=r"reference record 3: .*other facts"):
        ReferenceLog(log).at(4)


@pytest.mark.parametrize("raw", [b"{", b"\xff"])
def test_a_reference_record_that_cannot_be_read_stops_the_worker(log, raw):
    log.append([Outgoing(REFERENCE, b"k", raw)])
    with pytest.raises(WorkerStopError, match="reference record 3 cannot be read"):
        ReferenceLog(log).at(4)


def test_a_folder_of_policies_is_read_with_a_version_that_follows_its_bytes(tmp_path):
    files = read_files()
    assert "intents.toml" in files
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_catalogue(tmp_path).version == version_of(files)
    assert version_of(files | {"intents.toml": files["intents.toml"] + "\n"}) != version_of(files)
