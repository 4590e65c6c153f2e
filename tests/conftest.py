"""Profiles of hypothesis, kinds of tests with their counts, and real services."""

import os
import pickle
import shutil
import tomllib
import zlib
from collections import Counter
from contextlib import closing, contextmanager
from functools import cache
from itertools import chain, groupby, zip_longest
from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings
from sqlalchemy import StaticPool, create_engine, text

from streams.kafka.logs import Plan
from streams.readmodel import database, local_postgres
from streams.readmodel.migrate import migrate
from tests import services
from tests.scheduling import FewBrokers

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

TESTS = Path(__file__).parent
COMPONENTS = ("kafka", "postgres", "browser")
_FOLDERS = ("properties", "scenarios", "contracts", "kill", "browser")
KINDS = ("unit", "doctest", "properties", "contracts", "kill", *COMPONENTS)
_TEMPLATE = "migrated"
TRACES_CHILDREN = ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
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


def kind_of(report: pytest.TestReport) -> str:
    """By marker, then by folder; a test outside `tests/` is an example in a docstring."""
    for component in COMPONENTS:
        if component in report.keywords:
            return component
    parts = Path(report.nodeid.split("::", 1)[0]).parts
    if parts[0] != "tests":
        return "doctest"
    return next((folder for folder in _FOLDERS if folder in parts), "unit")


def pytest_addoption(parser):
    parser.addoption(
        "--every-kind",
        action="store_true",
        help="fail unless tests of every kind ran: a whole run, not a chosen file",
    )


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path):
    """Examples in docstrings are looked for in the rooms: tests have none, and are many files."""
    collectors = yield
    if TESTS not in file_path.parents:
        return collectors
    return [each for each in collectors if type(each) is pytest.Module]  # examples: a subclass


def pytest_collection_modifyitems(items):
    """Long files first, so that no process is left alone with one at the end.

    Files that wait for services and files that only reckon come in turn, so that two processes
    mostly have one of each.
    """
    waiting, reckoning, rest = [], [], []
    for path, its in groupby(items, key=lambda item: item.path):
        own = list(its)
        if any(i.get_closest_marker("slow") or i.get_closest_marker("kafka") for i in own):
            waiting.append(own)
        elif "properties" in path.parts:
            reckoning.append(own)
        else:
            rest.append(own)
    in_turn = chain.from_iterable(zip_longest(waiting, reckoning, fillvalue=[]))
    items[:] = chain.from_iterable([*in_turn, *rest])


def pytest_xdist_make_scheduler(config, log):
    return FewBrokers(config, log) if config.option.dist == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Long runs, with the fixtures they set up and the processes they start, are not traced.

    A thousand examples run the same lines a thousand times, and tracing makes them two to three
    times as slow: what they alone would cover has a quicker test of its own.
    """
    if item.get_closest_marker("untraced") or _is_drawn(item):
        with _untraced():
            return (yield)
    return (yield)


def _is_drawn(item):
    test = getattr(item, "obj", None)
    return "properties" in item.path.parts or getattr(test, "is_hypothesis_test", False)


@contextmanager
def _untraced():
    tracer = Coverage.current()
    if tracer is None:
        yield
        return
    for_children = {name: os.environ.pop(name) for name in TRACES_CHILDREN if name in os.environ}
    tracer.stop()
    try:
        yield
    finally:
        os.environ.update(for_children)
        tracer.start()


def pytest_runtest_logreport(report):
    """Counted where reports arrive: with several processes that is not where tests run."""
    if report.when == "call" and not report.skipped:
        _ran[kind_of(report)] += 1
    elif report.skipped:
        _skipped[kind_of(report)] += 1


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


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    """In a whole run every kind must have run some tests, or was allowed to be skipped."""
    if hasattr(session.config, "workerinput"):
        _save_what_was_traced()
    if hasattr(session.config, "workerinput") or not session.config.option.every_kind:
        return
    silent = [kind for kind in KINDS if _ran[kind] + _may_skip(kind) == 0]
    if silent and exitstatus == 0:
        session.config.get_terminal_writer().line(f"no test ran of: {', '.join(silent)}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _save_what_was_traced():
    """Before this process says that it is done: from then on it has ten seconds to end.

    On a busy machine that is too few to write at its end what was covered; it was killed over it,
    and a whole run came out below the floor although every test had passed.
    """
    tracer = Coverage.current()
    if tracer is not None:
        tracer.save()


def _may_skip(kind):
    return 0 if kind in required() or kind not in COMPONENTS else _skipped[kind]


@pytest.fixture(scope="session", autouse=True)
def _texts_parsed_once():
    """A catalogue with one word changed is thirty texts that were parsed before, and one new.

    The parser is the library's and pure. Whoever asks gets tables of their own.
    """
    parse = tomllib.loads

    @cache
    def parsed(text):
        return pickle.dumps(parse(text))

    def loads(text):
        return pickle.loads(parsed(text))  # noqa: S301 - our own bytes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tomllib, "loads", loads)
        yield


@cache
def _migrated():
    """An SQLite database with every table and no row, as the migrations make it."""
    memory = create_engine("sqlite://", poolclass=StaticPool)
    migrate(memory)
    return memory.raw_connection().driver_connection


@pytest.fixture(scope="session", autouse=True)
def _tables_made_once():
    """A new SQLite file gets the pages that the migrations wrote once; PostgreSQL has a template.

    Five hundred tests open a database, and the way through all revisions is a tenth of a second.
    """

    def made(engine):
        if engine.dialect.name == "sqlite":
            with closing(engine.raw_connection()) as lent:
                empty = lent.driver_connection
                if not empty.execute("select count(*) from sqlite_master").fetchone()[0]:
                    _migrated().backup(empty)
        migrate(engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrate", made)
        yield


@pytest.fixture(scope="session")
def _postgres_server():
    if local_postgres.programs() is None:
        missing("postgres", local_postgres.INSTALL)
    with services.postgres() as url:
        first = create_engine(_create(url, _TEMPLATE))
        migrate(first)
        first.dispose()
        yield url


@pytest.fixture
def postgres_url(_postgres_server, request):
    """A database of its own on a real server."""
    return _database(_postgres_server, request.node.nodeid)


@pytest.fixture(scope="module")
def postgres_of_module(_postgres_server, request):
    """One database for the tests of a module."""
    return _database(_postgres_server, request.node.nodeid)


def _database(server_url, whose):
    return _create(server_url, f"t{zlib.crc32(whose.encode()):08x}", f'template "{_TEMPLATE}"')


def _create(server_url, name, template=""):
    server = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'drop database if exists "{name}" with (force)'))
        connection.execute(text(f'create database "{name}" {template}'))
    server.dispose()
    return server_url.rsplit("/", 1)[0] + f"/{name}"


@pytest.fixture(scope="session")
def kafka_node():
    """The one broker of our own for this run, which a test may kill; `None` if one is named."""
    if os.environ.get("SUISHEN_KAFKA_BOOTSTRAP"):
        yield None
        return
    with _local_kafka(1) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def kafka_bootstrap(kafka_node):
    """A real broker: the one that is named, or one of our own for this run."""
    return os.environ["SUISHEN_KAFKA_BOOTSTRAP"] if kafka_node is None else kafka_node.bootstrap


@pytest.fixture
def kafka_logs(kafka_bootstrap):
    """The same broker with every log new and empty: two partitions for clients, two for desks."""
    services.fresh_logs(kafka_bootstrap, Plan(2, 2))
    return kafka_bootstrap


@pytest.fixture(scope="module")
def kafka_cluster():
    """Three brokers of our own, replication 3; `LocalKafka` kills and restarts its nodes.

    For one module: three brokers that nobody needs take a sixth of a core. What needs them stands
    in `tests/kafka/test_cluster.py`.
    """
    with _local_kafka(3) as cluster:
        yield cluster


def _local_kafka(nodes):
    lacks = services.kafka_lacks()
    if lacks is not None:
        missing("kafka", lacks)
    return services.local_kafka(nodes)


@pytest.fixture(scope="module")
def chromium():
    """A real Chromium for one module: while it lives, its loop runs in this thread."""
    program = shutil.which("chromium")
    if program is None:
        missing("browser", "no chromium found; install Debian's chromium")
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is

    flags = (
        "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
        "--disable-background-networking --disable-component-update"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags.split())
        yield browser
        browser.close()
