"""Releases: what is written, what is finished later, and what is refused."""

import pytest

from journeys.catalogue.signing import why_unsigned
from journeys.errors import DefinitionError
from schemas.reference import CatalogueFiles
from streams.catalogue_files import read_files, shipped, version_of
from streams.errors import TransientError, WorkerStopError
from streams.reference import ReferenceLog, releases
from streams.releasing import CutShortError, Releasing
from streams.topics import CLIENT_EVENTS, DESK_EVENTS, REFERENCE
from tests.builders import CURRENT, MONDAY_10, TERM, a_product, a_release
from tests.fakes import FakeLog
from tests.models import a_model


def a_catalogue(comment=""):
    files = read_files()
    files["tags.toml"] += comment
    return CatalogueFiles(version=version_of(files), files=files)


class Cluster:
    """Logs in memory that may be cut off after so many writes."""

    def __init__(self):
        self.log = FakeLog(partitions=2)
        self.left = None
        self.between = lambda: None

    def write(self, messages):
        places = []
        for message in messages:
            if self.left is not None:
                if self.left == 0:
                    raise TransientError("gone")
                self.left -= 1
            places += self.log.append([message])
            self.between()
        return places

    def release(self, *payloads, **more):
        return Releasing(self.log, self.write).release(payloads, now=MONDAY_10, **more)

    def cut(self, writes, *payloads):
        self.left = writes
        with pytest.raises(TransientError):
            self.release(*payloads)
        self.left = None

    def ends(self):
        return [self.log.end(t, p) for t in (CLIENT_EVENTS, DESK_EVENTS) for p in range(2)]


def test_a_model_that_stands_is_not_written_twice_and_its_next_is(cluster):
    cluster.release(a_catalogue(), a_model())
    assert cluster.release(a_model()).versions == 0
    assert cluster.release(a_model(), a_model(sequence=2)).versions == 1
    with pytest.raises(DefinitionError, match="release it as 3"):
        cluster.release(a_model(sequence=2, outcomes=10))


@pytest.fixture
def cluster():
    return Cluster()


def test_versions_come_first_then_a_marker_in_every_partition(cluster):
    done = cluster.release(a_catalogue(), CURRENT, TERM)
    assert done == (3, 3, 4)
    assert cluster.ends() == [1, 1, 1, 1]
    assert ReferenceLog(cluster.log).at(3).product("cur") == CURRENT


def test_what_stands_is_not_written_twice_but_marked_again(cluster):
    cluster.release(a_catalogue(), CURRENT)
    assert cluster.release(a_catalogue(), CURRENT) == (0, 2, 4)
    assert cluster.log.end(REFERENCE, 0) == 2


def test_an_older_catalogue_may_come_back(cluster):
    old, new = a_catalogue().files, a_catalogue("# new\n").files
    for changes, (files, over) in enumerate(((old, {}), (new, old), (old, new))):
        catalogue = a_release(files, over=over, version=version_of(files), changes=changes)
        assert cluster.release(catalogue).versions == 1
    assert ReferenceLog(cluster.log).at(3).catalogue.version == version_of(old)


def test_a_catalogue_that_follows_another_needs_two_signatures_over_their_difference(cluster):
    first, other = a_catalogue(), a_catalogue("# other\n").files
    cluster.release(first)
    with pytest.raises(DefinitionError, match="nobody has signed it"):
        cluster.release(CatalogueFiles(version="two", files=other))
    signed = a_release(other, over=first.files, version="two").signed
    alone = signed.model_copy(update={"releaser": signed.author})
    for signature, what in (
        (alone, "'anna' drafted and released it"),
        (signed.model_copy(update={"catalogue": "0" * 64}), "of another catalogue"),
        (signed.model_copy(update={"diff": "0" * 64}), "over another difference"),
    ):
        with pytest.raises(DefinitionError, match=what):
            cluster.release(CatalogueFiles(version="two", files=other, signed=signature))
    assert cluster.log.end(REFERENCE, 0) == 1
    cluster.release(CatalogueFiles(version="two", files=other, signed=signed))


def test_what_comes_into_force_in_between_makes_a_signature_void(cluster):
    first = a_catalogue().files
    lever = {**first, "tags.toml": first["tags.toml"].replace('owner = "', 'owner = "the ', 1)}
    cluster.release(a_catalogue())
    signed = a_release(a_catalogue("# x\n").files, over=first, version="x")
    cluster.release(a_release(lever, over=first, version="lever"))
    with pytest.raises(DefinitionError, match="what is in force has changed since"):
        cluster.release(signed)


def test_the_shipped_catalogue_carries_two_names(cluster):
    first = shipped()
    assert first.signed.author != first.signed.releaser
    cluster.release(first)
    assert why_unsigned(first.signed, {}, first.files, 0) is None


@pytest.mark.parametrize("writes", [1, 2, 3, 4, 6])
def test_a_release_cut_short_anywhere_is_finished_by_the_same_command(cluster, writes):
    wares = (a_catalogue(), CURRENT, TERM)
    cluster.cut(writes, *wares)
    cluster.release(*wares)
    assert cluster.log.end(REFERENCE, 0) == 3
    assert min(cluster.ends()) >= 1


def test_no_other_release_brings_half_of_one_into_force(cluster):
    cluster.release(a_catalogue())
    cluster.cut(1, CURRENT, TERM)
    before = cluster.ends()
    with pytest.raises(CutShortError, match="repeat that one first"):
        cluster.release(a_product())
    assert (cluster.log.end(REFERENCE, 0), cluster.ends()) == (2, before)
    cluster.release(CURRENT, TERM)
    assert cluster.release(a_product()).versions == 1


def test_half_of_a_release_may_be_let_into_force_by_will(cluster):
    cluster.release(a_catalogue())
    cluster.cut(1, CURRENT, TERM)
    assert cluster.release(a_product(), over=True) == (1, 3, 4)


def test_an_end_that_came_late_is_set_right_by_repeating(cluster):
    wares = (a_catalogue(), CURRENT)
    cluster.release(*wares)
    (first,) = cluster.log.read(REFERENCE, 0, 0, 1)
    cluster.log.append([first_again(first)])  # a request thought lost arrives after all
    with pytest.raises(CutShortError):
        cluster.release(TERM)
    assert cluster.release(*wares).versions == 1
    assert cluster.release(TERM).versions == 1


def first_again(record):
    return releases([CURRENT], now=MONDAY_10)[0]._replace(
        key=record.key, value=record.value, headers=record.headers
    )


def test_a_contradiction_is_refused_before_anything_is_written(cluster):
    cluster.release(a_catalogue(), CURRENT)
    before = cluster.ends()
    other = CURRENT.model_copy(update={"fee_bp": 99})
    with pytest.raises(DefinitionError, match="other facts"):
        cluster.release(TERM, other)
    assert (cluster.log.end(REFERENCE, 0), cluster.ends()) == (2, before)


def test_products_before_any_catalogue_are_refused(cluster):
    with pytest.raises(DefinitionError, match="before any catalogue"):
        cluster.release(CURRENT)


def test_a_release_that_wrote_in_between_keeps_the_markers_back(cluster):
    cluster.release(a_catalogue())
    before = cluster.ends()
    foreign = releases([TERM], now=MONDAY_10)[0]._replace(headers=(("release", b"other:0"),))

    def interfere():
        cluster.between = lambda: None
        cluster.log.append([foreign])

    cluster.between = interfere
    with pytest.raises(WorkerStopError, match="repeat both"):
        cluster.release(CURRENT)
    assert cluster.ends() == before


def test_whoever_is_no_longer_alone_writes_nothing(cluster):
    def gone():
        raise WorkerStopError("another release has begun")

    with pytest.raises(WorkerStopError, match="has begun"):
        Releasing(cluster.log, cluster.write, gone).release([a_catalogue()], now=MONDAY_10)
    assert cluster.log.end(REFERENCE, 0) == 0
