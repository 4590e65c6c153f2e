"""A real Kafka of our own: made, found again, killed, stopped; and what is said when it cannot."""

import json
import shutil

import click
import pytest
from click.testing import CliRunner

from channels import kafka_cli
from streams.kafka.local import jars
from streams.kafka.local.cluster import LocalKafka, down, status, up
from streams.kafka.local.jars import LocalKafkaError
from tests import services


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """A PATH with nothing on it but what a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def put(name, text):
        program = folder / name
        program.write_text(text)
        program.chmod(0o755)

    return put


def test_a_machine_without_java_is_told_what_to_install(on_path, tmp_path):
    with pytest.raises(LocalKafkaError, match=r"'java'.*apt-get install -y openjdk-17-jre-headl"):
        up(tmp_path / "cluster")


def test_a_machine_without_maven_is_told_what_to_install(on_path, tmp_path):
    on_path("java", "#!/bin/sh\n")
    with pytest.raises(LocalKafkaError, match=r"'mvn'.*apt-get install -y maven"):
        up(tmp_path / "cluster")


def test_what_maven_says_of_a_failure_is_passed_on_and_nothing_is_kept(on_path, tmp_path):
    on_path("mvn", "#!/bin/sh\necho no route to the repository\nexit 1\n")
    with pytest.raises(services.TransientError, match="no route to the repository"):
        jars.jars()
    assert [path.suffix for path in jars.cache_folder().iterdir()] == [".lock"]


def test_a_jar_that_is_not_the_locked_one_is_refused_and_named(tmp_path):
    (tmp_path / "good.jar").write_bytes(b"good")
    (tmp_path / "other.jar").write_bytes(b"other")
    wanted = {"good.jar": jars._checksum(tmp_path / "good.jar"), "other.jar": "0" * 64}
    with pytest.raises(LocalKafkaError, match=r"not as locked: other\.jar; delete the folder"):
        jars.check(tmp_path, wanted)


def test_a_missing_and_an_extra_jar_are_both_named(tmp_path):
    (tmp_path / "extra.jar").write_bytes(b"x")
    with pytest.raises(LocalKafkaError, match=r"extra\.jar, missing\.jar"):
        jars.check(tmp_path, {"missing.jar": "0" * 64})


def test_the_lock_names_the_kafka_that_the_pom_asks_for():
    assert f"kafka_2.13-{jars.KAFKA_VERSION}.jar" in jars.locked()
    assert f"<version>{jars.KAFKA_VERSION}<" in (jars.HERE / "pom.xml").read_text()


def test_ports_in_the_ephemeral_range_are_refused(tmp_path):
    with pytest.raises(LocalKafkaError, match="below 32768"):
        LocalKafka(tmp_path, 1, 32768)


def test_two_nodes_are_refused(tmp_path):
    with pytest.raises(LocalKafkaError, match="1 or 3 nodes, not 2"):
        LocalKafka(tmp_path, 2)


def test_an_empty_folder_has_a_status_and_nothing_to_stop(tmp_path):
    down(tmp_path)
    found = status(tmp_path)
    assert not found["ready"]
    assert "suishen kafka up" in found["why"]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    lacks = services.kafka_lacks()
    if lacks is not None:
        pytest.skip(f"kafka: {lacks}")
    made = LocalKafka(tmp_path_factory.mktemp("local"), 1, services.free_ports(2, 25000))
    yield made
    made.down()


@pytest.mark.untraced
@pytest.mark.kafka
def test_a_cluster_is_made_found_running_and_stopped(cluster):
    bootstrap = cluster.up()
    pid = cluster.pid(1)
    assert LocalKafka(cluster.folder).up() == bootstrap
    assert LocalKafka(cluster.folder).pid(1) == pid
    assert status(cluster.folder)["ready"]
    down(cluster.folder)
    assert status(cluster.folder)["why"] == "not running: node 1"


@pytest.mark.kafka
def test_a_killed_node_comes_back(cluster):
    cluster.up()
    before = cluster.pid(1)
    cluster.kill(1)
    assert cluster.pid(1) is None
    cluster.restart(1)
    assert cluster.pid(1) not in (None, before)
    assert cluster.status()["ready"]


@pytest.mark.kafka
def test_a_taken_port_is_named(cluster, tmp_path):
    cluster.up()
    port = cluster.layout.base_port
    with pytest.raises(LocalKafkaError, match=f"port {port} is taken by another process"):
        up(tmp_path / "second", base_port=port)


@pytest.mark.kafka
def test_another_number_of_nodes_is_refused_for_a_folder_in_use(cluster):
    cluster.up()
    with pytest.raises(LocalKafkaError, match="a cluster of 1, not 3"):
        up(cluster.folder, nodes=3)


@pytest.mark.kafka
def test_a_broker_that_ends_while_starting_shows_its_last_words(cluster, tmp_path):
    folder = shutil.copytree(cluster.folder, tmp_path / "broken")
    (folder / "node-1" / "pid").unlink(missing_ok=True)
    (folder / "node-1" / "server.properties").write_text("process.roles=neither\n")
    said = json.loads((folder / "cluster.json").read_text())
    said["base_port"] = services.free_ports(2, 26000)
    (folder / "cluster.json").write_text(json.dumps(said))
    with pytest.raises(LocalKafkaError, match=r"node 1 ended while starting(.|\n)*process\.roles"):
        up(folder)
    assert LocalKafka(folder).pid(1) is None


@pytest.mark.untraced
@pytest.mark.kafka
def test_a_stale_process_id_is_nobody_s_broker(cluster):
    cluster.down()
    (cluster.folder / "node-1" / "pid").write_text("1")
    assert cluster.pid(1) is None


@pytest.mark.kafka
def test_the_commands_start_show_and_stop(cluster, tmp_path):
    said = ["--folder", str(tmp_path / "cli"), "--json"]
    port = str(services.free_ports(2, 27000))
    assert run("status", *said)[0] == 70
    code, found = run("up", *said, "--port", port)
    assert (code, found["ready"], found["bootstrap"]) == (0, True, f"127.0.0.1:{port}")
    assert run("status", *said)[0] == 0
    code, found = run("down", *said)
    assert (code, found["nodes"][0]["pid"]) == (0, None)


def run(*arguments):
    """Exit code and what was printed; click hands a command's return value on."""
    runner = CliRunner()

    @click.command(context_settings={"ignore_unknown_options": True})
    @click.argument("rest", nargs=-1)
    def outer(rest):
        raise SystemExit(kafka_cli.kafka.main(list(rest), standalone_mode=False) or 0)

    done = runner.invoke(outer, list(arguments))
    return done.exit_code, json.loads(done.stdout)
