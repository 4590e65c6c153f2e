"""A page of a real Chromium that notes what went wrong on it."""

import pytest

SERVERS = ("bank", "served")


@pytest.fixture
def overlooked():
    """Faults that say nothing of a page: a connection that ends with its server."""
    return ("net::",)


@pytest.fixture
def page(chromium, overlooked, request):
    """An empty page; whatever serves it outlives it, or its end would look like a fault."""
    for name in SERVERS:
        if name in request.fixturenames:
            request.getfixturevalue(name)
    context = chromium.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert [fault for fault in page.faults if not any(each in fault for each in overlooked)] == []
