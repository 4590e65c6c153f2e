import pytest

from schemas import codec
from streams import reference
from streams.reference import ReferenceLog
from streams.topics import REFERENCE
from streams.verify.releases import Releases
from tests.builders import MONDAY_10, a_product
from tests.fakes import FakeLog
from tests.streams.verify.a_file import CATALOGUE

FILE = reference.releases([CATALOGUE, a_product(), a_product("other", version=4)], now=MONDAY_10)


@pytest.mark.untraced
def test_fifty_releases_can_follow_those_of_the_file_and_each_changes_the_view():
    made, log = Releases(FILE), FakeLog(partitions=1)
    log.append(FILE)
    references, seen = ReferenceLog(log), []
    for _ in range(50):
        log.append(made.next())
        view = references.at(log.end(REFERENCE, 0))
        seen.append((view.catalogue.version, *sorted(view.newest.items())))
    assert len(set(seen)) == 50


def test_each_fifth_is_a_catalogue_and_the_others_are_products():
    made = Releases(FILE)
    kinds = [codec.decode(made.next()[0].value, codec.REFERENCE).type for _ in range(10)]
    assert ["catalogue" in kind for kind in kinds] == [False] * 4 + [True] + [False] * 4 + [True]


def test_a_file_without_releases_gets_none():
    assert Releases([]).next() == []
