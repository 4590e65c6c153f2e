"""The recorded life, once."""

import pytest

from tests.kill import life


@pytest.fixture(scope="session")
def recorded(tmp_path_factory):
    """A recorded life, and the hash of what was concluded in it."""
    return life.record(tmp_path_factory.mktemp("life"))
