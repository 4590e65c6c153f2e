"""Stages on the reference log: what may follow what, and what a view holds at each marker."""

import pytest

from journeys.errors import DefinitionError
from schemas.reference import Activation, CatalogueDraft, CatalogueFiles
from streams import reference
from streams.catalogue_files import read_files
from streams.reference import ReferenceLog
from tests.builders import MONDAY_10, a_release
from tests.fakes import FakeLog
from tests.journeys.catalogue.shipped import changed

OLD = read_files()
NEW = changed("contact.toml", "attempts = 3", "attempts = 2")
OTHER = changed("contact.toml", "attempts = 3", "attempts = 1")


def draft(files=NEW, over=OLD, version="two", **more):
    return CatalogueDraft(**dict(a_release(files, over=over, version=version, **more)))


def a_stage(stage, number, catalogue="two", **more):
    return Activation(version=number, catalogue=catalogue, stage=stage, by="bo", **more)


THIRD = a_stage("all", 2, "three")


class Log:
    def __init__(self):
        self.log = FakeLog(partitions=1)
        self.views = ReferenceLog(self.log)
        self.release(CatalogueFiles(version="one", files=OLD))

    def release(self, *payloads):
        self.views.check(payloads)
        self.log.append(reference.releases(payloads, now=MONDAY_10))

    def view(self):
        return self.views.at(self.log.end("reference", 0))


@pytest.fixture
def log():
    return Log()


def test_a_draft_changes_nothing_until_a_stage_names_it(log):
    log.release(draft())
    assert log.view().catalogue_for("ct_1", "o1").version == "one"
    log.release(a_stage("outlets", 1, outlets=("o1",)))
    assert log.view().catalogue_for("ct_1", "o1").version == "two"
    assert log.view().catalogue_for("ct_1", "o2").version == "one"
    log.release(a_stage("all", 2))
    assert log.view().catalogue_for("ct_1", "o2").version == "two"


def test_every_marker_keeps_its_own_stage(log):
    log.release(draft(), a_stage("shadow", 1), a_stage("share", 2, share_bp=10_000))
    log.release(a_stage("none", 3))
    found = [log.views.at(offset).catalogue_for("ct_1", None).version for offset in range(1, 6)]
    assert found == ["one", "one", "one", "two", "one"]
    assert log.views.at(3).shadow.version == "two"


@pytest.mark.parametrize(
    ("payloads", "message"),
    [
        ([a_stage("shadow", 1)], "no catalogue 'two' on the log; draft it first"),
        ([draft(), a_stage("shadow", 2)], "stage number 2 follows 0"),
        ([draft(), a_stage("none", 1)], "nothing is staged"),
        ([draft(), a_stage("all", 1, "one")], "'one' is in force for all clients already"),
        (
            [
                draft(),
                draft(OTHER, version="three"),
                a_stage("shadow", 1),
                a_stage("all", 2, "three"),
            ],
            "catalogue 'two' is staged already",
        ),
        ([draft(over=OTHER)], "over another difference"),
    ],
)
def test_what_does_not_follow_is_refused(log, payloads, message):
    with pytest.raises(DefinitionError, match=message):
        log.release(*payloads)
    assert log.log.end("reference", 0) == 1


def test_a_draft_signed_over_what_is_no_longer_in_force_goes_no_further(log):
    log.release(draft(), a_stage("shadow", 1))
    log.release(a_release(OTHER, over=OLD, version="three"))
    assert log.view().staged is None
    with pytest.raises(DefinitionError, match="what is in force has changed since"):
        log.release(a_stage("shadow", 2))


def test_back_to_what_was_before_needs_no_new_signature(log):
    log.release(draft(), a_stage("all", 1))
    log.release(a_stage("all", 2, "one"))
    assert (log.view().catalogue.version, log.view().before) == ("one", None)
    assert log.views.newest().files == OLD


def test_an_edit_of_a_released_version_is_found_before_anybody_is_concerned(log):
    edited = changed("journeys.toml", 'lasts = "14d"', 'lasts = "15d"')
    log.release(draft(edited), a_stage("shadow", 1))
    with pytest.raises(DefinitionError, match="a released row is never edited"):
        log.release(a_stage("share", 2, share_bp=1))
