"""A page looked at: by whoever needs help to read it, and by whoever wants a picture."""

import os
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

SHOTS = os.environ.get("SUISHEN_TEST_SHOTS")
"""A folder for pictures, for whoever wants to look."""


def grave(page):
    """Serious faults of access."""
    found = Axe().run(page).response["violations"]
    return [each["id"] for each in found if each["impact"] in ("serious", "critical")]


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
