"""Stages and roll-backs that are repeated, or were cut short: what clients obey afterwards."""

import pytest

from journeys.errors import DefinitionError
from schemas import codec
from schemas.reference import CatalogueFiles
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, REFERENCE
from tests.streams.test_releasing import Cluster
from tests.streams.test_stages import NEW, OLD, a_stage, draft


class Bank(Cluster):
    """Catalogue `one` in force, and what `suishen catalogue` would write next."""

    def __init__(self):
        super().__init__()
        self.views = ReferenceLog(self.log)
        self.release(CatalogueFiles(version="one", files=OLD))

    def view(self):
        return self.views.at(self.log.end(REFERENCE, 0))

    def stage(self, to, **more):
        return self.view().or_last(a_stage(to, self.view().activations + 1, **more))

    def back(self):
        return self.view().back(by="bo", reason="faulty")

    def obeyed(self):
        """By all clients, as of the last marker of their log."""
        *_, last = self.log.read(CLIENT_EVENTS, 0, 0, 1_000)
        offset = codec.decode(last.value, codec.CLIENT_LOG).data.offset
        return self.views.at(offset)


@pytest.fixture
def bank():
    return Bank()


@pytest.fixture
def faulty(bank):
    """With a faulty catalogue `two` in force for all."""
    bank.release(draft(), a_stage("all", 1))
    return bank


def test_a_roll_back_repeated_brings_the_faulty_catalogue_to_nobody(faulty):
    for _ in range(3):
        faulty.release(faulty.back())
        assert faulty.obeyed().catalogue.version == "one"
    assert faulty.log.end(REFERENCE, 0) == 4


def test_a_roll_back_cut_off_before_its_markers_is_finished_by_the_same_command(faulty):
    faulty.cut(1, faulty.back())
    assert faulty.obeyed().catalogue.version == "two"
    faulty.release(faulty.back())
    assert faulty.obeyed().catalogue.version == "one"


def test_what_is_staged_after_a_first_catalogue_is_taken_back(bank):
    bank.release(draft(), a_stage("share", 1, share_bp=100))
    bank.release(bank.back())
    assert (bank.obeyed().catalogue.version, bank.obeyed().staged) == ("one", None)


def test_a_stage_taken_back_twice_leaves_what_is_in_force(faulty):
    faulty.release(draft(OLD, over=NEW, version="one"), a_stage("shadow", 2, "one"))
    faulty.cut(1, faulty.back())
    faulty.release(faulty.back())
    assert (faulty.obeyed().catalogue.version, faulty.obeyed().staged) == ("two", None)


def test_further_back_goes_who_says_to_what(faulty):
    faulty.release(draft(OLD, over=NEW, version="one"), a_stage("shadow", 2, "one"))
    faulty.release(faulty.back())
    faulty.release(a_stage("all", 4, faulty.view().before))
    assert faulty.obeyed().catalogue.version == "one"


def test_a_stage_that_was_cut_off_before_its_markers_is_finished_by_the_same_command(bank):
    bank.release(draft(), a_stage("share", 1, share_bp=100))
    bank.cut(1, bank.stage("all"))
    assert bank.obeyed().catalogue.version == "one"
    bank.release(bank.stage("all"))
    assert bank.obeyed().catalogue.version == "two"
    assert bank.log.end(REFERENCE, 0) == 4


def test_another_stage_than_the_last_is_a_stage_of_its_own(bank):
    bank.release(draft(), bank.stage("share", share_bp=100))
    assert bank.stage("share", share_bp=100).version == 1
    assert bank.stage("share", share_bp=200).version == 2


def test_a_stage_cut_off_between_its_draft_and_itself_is_finished_by_the_same_command(bank):
    bank.cut(1, draft(), bank.stage("shadow"))
    bank.release(draft(), bank.stage("shadow"))
    assert bank.obeyed().shadow.version == "two"
    assert bank.log.end(REFERENCE, 0) == 3


def test_there_is_nothing_to_roll_back_to_after_a_first_catalogue(bank):
    with pytest.raises(DefinitionError, match="nothing was in force before"):
        bank.back()
