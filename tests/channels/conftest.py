"""What tests of the doors share."""

import pytest

from channels import cli


@pytest.fixture
def suishen(monkeypatch, capsys):
    """Runs a command line; its exit code and what it printed."""

    def run_it(*words):
        monkeypatch.setattr("sys.argv", ["suishen", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run_it
