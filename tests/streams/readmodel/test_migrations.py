"""Migrations stand one after another: two that were written side by side are told apart."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

import streams.readmodel.migrate as here


def test_every_file_is_one_revision_after_the_one_before():
    folder = Path(here.__file__).with_name("migrations")
    files = sorted(path.name for path in (folder / "versions").glob("[0-9]*.py"))
    numbers = [name[:4] for name in files]
    assert numbers == [f"{number:04}" for number in range(1, len(files) + 1)]
    config = Config()
    config.set_main_option("script_location", str(folder))
    found = list(ScriptDirectory.from_config(config).walk_revisions())
    chain = [(one.revision, one.down_revision) for one in reversed(found)]
    assert chain == list(zip(numbers, [None, *numbers[:-1]], strict=True))
