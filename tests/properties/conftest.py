"""A thousand examples run the same lines a thousand times: they are not traced.

Tracing makes them three times as slow, and what they alone would cover has a test of its own.
"""

import pytest
from coverage import Coverage


@pytest.fixture(autouse=True, scope="module")
def _untraced():
    traced = Coverage.current()
    if traced is None:
        yield
        return
    traced.stop()
    yield
    traced.start()
