import pytest
from hypothesis import given
from hypothesis import strategies as st

from journeys.catalogue.load import load
from journeys.decide import propensity
from journeys.errors import DefinitionError
from journeys.learning.predictor import FORBIDDEN, MOST_BINS, UNITS, read, stamp_of, written
from streams.catalogue_files import read_files
from tests.models import PROPENSITY

FILES = read_files()
AGE = 'id = "age"\nunit = "years"'


def refused(before, after):
    assert before in FILES["predictors.toml"]
    text = FILES["predictors.toml"].replace(before, after, 1)
    with pytest.raises(DefinitionError) as error:
        load(FILES | {"predictors.toml": text}, version="x")
    return str(error.value)


@given(st.one_of(st.none(), st.text(), st.floats(), st.integers()))
def test_every_value_has_a_bin(value):
    for each in PROPENSITY.predictors:
        if isinstance(value, str) is bool(each.words):
            assert 0 <= each.bin_of(value) < each.size <= MOST_BINS


def test_what_is_not_known_is_no_zero():
    by_id = {one.id: one for one in PROPENSITY.predictors}
    assert by_id["contacts"].bin_of(None) != by_id["contacts"].bin_of(0)


@given(st.lists(st.integers(0, 15), max_size=20))
def test_bins_come_back_from_a_record(bins):
    assert list(read(written(bins))) == bins


def test_every_measure_can_be_taken_and_has_a_unit():
    assert set(UNITS) == propensity.MEASURES


@pytest.mark.untraced
@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_a_forbidden_predictor_is_refused_by_name(name):
    said = refused(AGE, f'id = "{name}"\nunit = "years"')
    assert f"'{name}' is no predictor: {FORBIDDEN[name]}" in said
    assert "predictors.toml:" in said


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (AGE, 'id = "aeg"\nunit = "years"', "unknown measure 'aeg'; did you mean 'age'"),
        (AGE, 'id = "age"\nunit = "months"', 'write unit = "years"'),
        ("cuts = [25, 30", "cuts = [30, 25", "do not ascend"),
        ("cuts = [25, 30", "cuts = [20, 25, 30", "has 13 bins"),
        ("cuts = [25, 30", 'cuts = ["25", 30', "not a list of numbers"),
        ('words = ["mass"', 'cuts = [1]\nwords = ["mass"', "'tier' is cut by words"),
        ('words = ["mass", "wealth"', 'words = ["mass", "mass"', "repeat"),
        ("bands = [-1, -0.5", "bands = [-0.5, -1", "'bands' do not ascend"),
        ('digital_window = "14d"', 'digital_window = "14"', "write it with its unit"),
        ("least_labels = 50", "least_labels = 5", "'least_labels' is 5"),
        ('owner = "decisioning"', "", "missing key 'owner'"),
    ],
)  # fmt: skip
def test_a_row_that_says_nonsense_is_refused_with_the_remedy(before, after, said):
    assert said in refused(before, after)


def test_nothing_is_learned_from_no_predictor():
    whole = FILES["predictors.toml"]
    text = whole[: whole.index("[[predictor]]")]
    with pytest.raises(DefinitionError, match="from no predictor"):
        load(FILES | {"predictors.toml": text}, version="x")


def test_counts_belong_to_bins_that_are_cut_alike():
    first = PROPENSITY.predictors[1]
    assert stamp_of([first]) != stamp_of([type(first)(first.id, "", "", first.cuts[1:])])
    assert stamp_of([first]) == stamp_of([type(first)(first.id, "x", "x", first.cuts)])
