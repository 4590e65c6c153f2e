"""Profiles of hypothesis, kinds of tests with their counts, and real services."""

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

_SLOW_MACHINE = [HealthCheck.too_slow]
settings.register_profile("desk", max_examples=50, deadline=None, print_blob=True)
settings.register_profile(
    "ci",
    max_examples=1000,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=_SLOW_MACHINE,
)
settings.register_profile(
    "soak",
    max_examples=10_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=_SLOW_MACHINE,
)
_DEFAULT = "ci" if os.environ.get("CI") else "desk"
settings.load_profile(os.environ.get("SUISHEN_HYPOTHESIS_PROFILE", _DEFAULT))

COMPONENTS = ("kafka", "postgres", "browser")
_FOLDERS = ("properties", "scenarios", "contracts", "kill", "browser")
_ran: Counter[str] = Counter()
_skipped: Counter[str] = Counter()


def required() -> set[str]:
    """Components that must be there: all with CI=true, else those that are named."""
    if os.environ.get("CI"):
        return set(COMPONENTS)
    return {name for name in os.environ.get("SUISHEN_TEST_REQUIRE", "").split(",") if name}


def missing(component: str, why: str) -> None:
    """Skip a test whose component is absent, or fail where it is required."""
    if component in required():
        pytest.fail(f"{component} is required and missing: {why}")
    pytest.skip(f"{component}: {why}")


def kind_of(item: pytest.Item) -> str:
    for component in COMPONENTS:
        if item.get_closest_marker(component):
            return component
    if isinstance(item, pytest.DoctestItem):
        return "doctest"
    parts = Path(str(item.fspath)).parts
    return next((folder for folder in _FOLDERS if folder in parts), "unit")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call" and not report.skipped:
        _ran[kind_of(item)] += 1
    elif report.skipped:
        _skipped[kind_of(item)] += 1
    return report


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    kinds = sorted({*_ran, *_skipped})
    counts = [f"{kind} {_ran[kind]} run {_skipped[kind]} skipped" for kind in kinds]
    terminalreporter.write_line("kinds: " + " · ".join(counts))
    stats = terminalreporter.stats
    passed, failed = len(stats.get("passed", [])), len(stats.get("failed", []))
    failed += len(stats.get("error", []))
    folder = config.rootpath / ".pytest_cache"
    folder.mkdir(exist_ok=True)
    line = f"{passed} passed, {failed} failed, {sum(_skipped.values())} skipped\n"
    (folder / "suishen-closing-line").write_text(line)


def pytest_sessionfinish(session, exitstatus):
    """A kind that is required and has tests must have run some of them."""
    collected = {kind_of(item) for item in getattr(session, "items", [])}
    silent = [kind for kind in required() & collected if _ran[kind] == 0]
    if silent and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
