"""Stages and roll-backs that are repeated, or were cut short: what clients obey afterwards."""

import pytest

from journeys.errors import DefinitionError
from schemas import codec
from schemas.reference import CatalogueDraft, CatalogueFiles
from streams.reference import ReferenceLog
from streams.topics import CLIENT_EVENTS, REFERENCE
from tests.builders import a_release
from tests.streams.test_releasing import Cluster
from tests.streams.test_stages import NEW, OLD, a_stage, draft

pytestmark = pytest.mark.untraced


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
    faulty.release(draft(OLD, over=NEW, version="one", changes=2), a_stage("shadow", 2, "one"))
    faulty.cut(1, faulty.back())
    faulty.release(faulty.back())
    assert (faulty.obeyed().catalogue.version, faulty.obeyed().staged) == ("two", None)


def test_what_was_rolled_back_needs_signatures_like_any_other(faulty):
    faulty.release(faulty.back())
    assert faulty.view().before is None
    lone = a_stage("all", 3, "two")
    with pytest.raises(DefinitionError, match="what is in force has changed since"):
        faulty.release(lone)


def test_a_signature_is_used_up_once_something_else_came_into_force(bank):
    used = a_release(NEW, over=OLD, version="two")
    bank.release(used)
    bank.release(a_release(OLD, over=NEW, version="one", changes=2))
    with pytest.raises(DefinitionError, match="what is in force has changed since"):
        bank.release(used)
    bank.release(a_release(NEW, over=OLD, version="two", changes=3))
    assert bank.obeyed().catalogue.version == "two"


def test_a_release_that_was_rolled_back_is_not_told_as_done(bank):
    used = a_release(NEW, over=OLD, version="two")
    bank.release(used)
    bank.release(bank.back())
    with pytest.raises(DefinitionError, match="what is in force has changed since"):
        bank.release(used)


@pytest.mark.parametrize("kind", [CatalogueFiles, CatalogueDraft])
def test_a_version_stands_for_the_same_files_for_ever(bank, kind):
    other = kind(**dict(a_release(NEW, over=OLD, version="one")))
    with pytest.raises(DefinitionError, match="'one' stands on the log with other files"):
        bank.release(other)
    assert ReferenceLog(bank.log).newest().files == OLD


def test_further_back_goes_who_says_to_what(faulty):
    faulty.release(draft(OLD, over=NEW, version="one", changes=2), a_stage("shadow", 2, "one"))
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
