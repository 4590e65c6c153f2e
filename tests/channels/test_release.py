"""`suishen catalogue sign` and `release` over a folder: two people, one difference."""

import json

import pytest

from streams.catalogue_files import read_files
from streams.embedded.file import EngineFile
from streams.errors import TransientError
from streams.reference import ReferenceLog
from tests.builders import a_product
from tests.journeys.catalogue.shipped import files
from tests.journeys.catalogue.test_scopes import narrowed
from tests.streams.running import Running


def put(tmp_path, texts, name="new"):
    place = tmp_path / name
    place.mkdir(exist_ok=True)
    for file, text in texts.items():
        (place / file).write_text(text, encoding="utf-8")
    return place


@pytest.fixture
def running(tmp_path):
    running = Running(tmp_path)
    running.release()
    running.live()
    yield running
    running.engine.close()


@pytest.fixture
def new(tmp_path):
    texts = files()
    texts["tags.toml"] = texts["tags.toml"].replace('owner = "', 'owner = "the ', 1)
    return put(tmp_path, texts)


def test_one_signature_is_not_enough_and_the_author_is_not_a_second(
    running, suishen, tmp_path, new
):
    place = ("--data", tmp_path)
    code, _, err = suishen("catalogue", "release", new, *place)
    assert (code, "not signed by two people" in err) == (2, True)
    code, out, _ = suishen("catalogue", "sign", new, "--by", "anna", "--json", *place)
    said = json.loads(out)
    assert (code, said["author"], said["releaser"], said["differences"]) == (0, "anna", None, 1)
    assert suishen("catalogue", "release", new, *place)[0] == 2
    code, _, err = suishen("catalogue", "sign", new, "--by", "anna", *place)
    assert (code, "somebody else has to release it" in err) == (2, True)
    assert said["changes"][0].startswith("tags.toml: tag")
    assert " → the " in said["changes"][0]
    assert running.engine.end("reference", 0) == 4


def test_two_people_bring_a_catalogue_into_force_and_the_log_names_them(
    running, suishen, tmp_path, new
):
    place = ("--data", tmp_path)
    for name in ("anna", "bo"):
        assert suishen("catalogue", "sign", new, "--by", name, *place)[0] == 0
    code, out, _ = suishen("catalogue", "release", new, "--json", *place)
    done = json.loads(out)
    assert (code, done["versions"], done["offset"]) == (0, 1, 5)
    running.live()
    released = ReferenceLog(running.engine).newest()
    assert (released.signed.author, released.signed.releaser) == ("anna", "bo")
    code, out, _ = suishen("catalogue", "release", new, "--json", *place)
    assert (code, json.loads(out)["versions"]) == (0, 0)


def test_signatures_are_over_what_is_in_force_now(running, suishen, tmp_path, new):
    place = ("--data", tmp_path)
    texts = files()
    texts["tags.toml"] = texts["tags.toml"].replace('owner = "', 'owner = "our ', 1)
    other = put(tmp_path, texts, "other")
    for folder in (new, other):
        for name in ("anna", "bo"):
            suishen("catalogue", "sign", folder, "--by", name, *place)
    assert suishen("catalogue", "release", other, *place)[0] == 0
    code, _, err = suishen("catalogue", "release", new, *place)
    assert (code, "over what is in force now" in err) == (2, True)


def test_a_name_is_a_persons(running, suishen, tmp_path, new):
    code, _, err = suishen("catalogue", "sign", new, "--by", "Anna B.", "--data", tmp_path)
    assert (code, "is no name of a person" in err) == (2, True)


def signed(suishen, new, *place):
    for name in ("anna", "bo"):
        suishen("catalogue", "sign", new, "--by", name, *place)


def test_a_catalogue_goes_live_in_stages_and_comes_back(running, suishen, tmp_path, new):
    place = ("--data", tmp_path)
    by = ("--by", "bo")
    english = ("--lang", "en", *by)
    code, _, err = suishen("catalogue", "stage", new, "--to", "shadow", *by, *place)
    assert (code, "not signed by two people" in err) == (2, True)
    signed(suishen, new, *place)
    said = [
        suishen("catalogue", "stage", new, "--to", to, *english, *place)
        for to in ("shadow", "outlet:outlet_1,outlet_2", "share:12.5%", "all")
    ]
    assert [code for code, _, _ in said] == [0] * 4
    assert "in shadow: decides and issues nothing" in said[0][1]
    assert "for the clients of outlet_1, outlet_2" in said[1][1]
    assert "for 12.5 % of clients" in said[2][1]
    found = json.loads(suishen("catalogue", "stages", "--json", *place)[1])
    version, before = found["in_force"], found["before"]
    assert (found["staged"], sorted(found["known"])) == (None, sorted([version, before]))
    assert (found["in_force_signed"], found["staged_signed"]) == (["anna", "bo"], None)
    told = suishen("catalogue", "stages", "--lang", "en", *place)[1]
    assert f"in force: {version}, signed by anna and bo" in told
    assert f"a roll-back would bring back: {before}" in told
    assert suishen("catalogue", "rollback", "--reason", "drill", *by, *place)[0] == 0
    found = json.loads(suishen("catalogue", "stages", "--json", *place)[1])
    assert (found["in_force"], found["before"]) == (before, None)
    running.live()
    assert running.engine.references.at(running.engine.end("reference", 0)).activations == 5


def test_a_branch_is_the_outlets_that_the_catalogue_gives_it(running, suishen, tmp_path):
    place, by = ("--data", tmp_path), ("--by", "bo")
    english = ("--lang", "en", "--by", "bo")
    new = put(tmp_path, narrowed(), "east")
    signed(suishen, new, *place)
    code, _, err = suishen("catalogue", "stage", new, "--to", "branch:wuxi", *by, *place)
    assert (code, "it knows nanjing, suzhou" in err) == (2, True)
    code, out, _ = suishen("catalogue", "stage", new, "--to", "branch:nanjing", *english, *place)
    assert (code, "for the clients of outlet_1, outlet_2" in out) == (0, True)
    version = json.loads(suishen("catalogue", "stages", "--json", *place)[1])["staged"]
    code, out, _ = suishen(
        "catalogue", "stage", version, "--to", "branch:nanjing", *english, *place
    )
    assert (code, "for the clients of outlet_1, outlet_2" in out) == (0, True)


def test_a_stage_is_taken_back(running, suishen, tmp_path, new):
    place, by = ("--data", tmp_path), ("--by", "bo")
    signed(suishen, new, *place)
    suishen("catalogue", "stage", new, "--to", "share:1%", *by, *place)
    version = json.loads(suishen("catalogue", "stages", "--json", *place)[1])["staged"]
    english = ("--lang", "en", *by)
    code, out, _ = suishen("catalogue", "rollback", "--reason", "calls", *english, *place)
    assert (code, f"'{version}' taken back" in out) == (0, True)
    code, out, _ = suishen("catalogue", "stage", version, "--to", "share:2%", *by, *place)
    assert code == 0
    code, _, err = suishen("catalogue", "stage", version, "--to", "share:0%", *by, *place)
    assert (code, "is no stage" in err) == (2, True)


@pytest.mark.untraced
def test_signed_anew_over_what_came_meanwhile_a_draft_goes_on(running, suishen, tmp_path, new):
    place, by = ("--data", tmp_path), ("--by", "bo")
    texts = files()
    texts["tags.toml"] = texts["tags.toml"].replace('owner = "', 'owner = "our ', 1)
    other = put(tmp_path, texts, "other")
    for folder in (new, other):
        signed(suishen, folder, *place)
    assert suishen("catalogue", "stage", new, "--to", "shadow", *by, *place)[0] == 0
    assert suishen("catalogue", "release", other, *place)[0] == 0
    code, _, err = suishen("catalogue", "stage", new, "--to", "shadow", *by, *place)
    assert (code, "not signed by two people" in err) == (2, True)
    signed(suishen, new, *place)
    assert suishen("catalogue", "stage", new, "--to", "shadow", *by, *place)[0] == 0


def test_a_roll_back_given_twice_brings_nothing_faulty_back(running, suishen, tmp_path, new):
    place, by = ("--data", tmp_path), ("--by", "bo")
    signed(suishen, new, *place)
    suishen("catalogue", "stage", new, "--to", "all", *by, *place)
    words = ("catalogue", "rollback", "--reason", "faulty", "--lang", "en", *by, *place)
    said = [suishen(*words) for _ in range(2)]
    assert [code for code, _, _ in said] == [0, 0]
    assert "rolled back already" in said[1][1]
    assert "rolled back already" not in said[0][1]
    found = json.loads(suishen("catalogue", "stages", "--json", *place)[1])
    assert (found["in_force_signed"], found["before"]) == ([], None)
    code, _, err = suishen("catalogue", "release", new, *place)
    assert (code, "not signed by two people" in err) == (2, True)


@pytest.mark.parametrize("written", [1, 2])
def test_a_stage_cut_off_is_finished_by_the_same_command(
    running, suishen, tmp_path, new, monkeypatch, written
):
    place = ("--data", tmp_path)
    signed(suishen, new, *place)
    asked = ("catalogue", "stage", new, "--to", "all", "--by", "bo", "--lang", "en", *place)
    append = EngineFile.append

    def cut(self, messages, *, now):
        append(self, messages[:written], now=now)
        self.commit()
        raise TransientError("gone")

    with monkeypatch.context() as patch:
        patch.setattr(EngineFile, "append", cut)
        assert suishen(*asked)[0] == 70
    if written == 1:
        another = [word if word != "all" else "shadow" for word in asked]
        code, _, err = suishen(*another)
        assert (code, "was cut short" in err) == (2, True)
    code, out, _ = suishen(*asked)
    assert (code, "for all clients" in out) == (0, True)
    running.live()
    assert running.engine.references.newest().files == read_files(new)


def test_there_may_be_nothing_to_go_back_to(running, suishen, tmp_path):
    code, _, err = suishen(
        "catalogue", "rollback", "--reason", "x", "--by", "bo", "--data", tmp_path
    )
    assert (code, "nothing was in force before" in err) == (2, True)


def test_a_release_is_told_in_chinese_first(running, suishen, tmp_path, new):
    place, by = ("--data", tmp_path), ("--by", "bo")
    out = suishen("catalogue", "sign", new, "--by", "anna", *place)[1]
    assert "作者 anna，尚待另一人签署" in out
    out = suishen("catalogue", "sign", new, *by, *place)[1]
    assert "作者 anna，已由 bo 复签，可以发布" in out
    said = [
        suishen("catalogue", "stage", new, "--to", to, *by, *place)[1]
        for to in ("outlet:outlet_1,outlet_2", "share:12.5%")
    ]
    assert "面向网点 outlet_1、outlet_2 的客户" in said[0]
    assert "面向 12.5% 的客户" in said[1]
    told = suishen("catalogue", "stages", *place)[1].splitlines()
    assert told[0].startswith("生效中：")
    assert told[0].endswith("首个目录，没有签署")
    assert told[1].endswith("面向 12.5% 的客户，由 bo 设定")
    assert told[2] == "    由 anna、bo 签署"
    assert told[3].endswith("面向所有客户")
    words = ("catalogue", "rollback", "--reason", "calls", *by, *place)
    assert "，已撤回" in suishen(*words)[1]
    assert "此前已由 bo 回退" in suishen(*words)[1]
    told = suishen("catalogue", "stages", *place)[1].splitlines()
    assert told[1:3] == ["分阶段：无", "回退将恢复：无，此前没有其他目录生效"]


def test_products_alone_are_told_too(running, suishen, tmp_path):
    file = tmp_path / "wares.jsonl"
    file.write_text(a_product("fund-new").model_dump_json() + "\n")
    words = ("catalogue", "release", "--products", file, "--data", tmp_path)
    assert suishen(*words)[1].startswith("已写入 1 个版本；参照位点 ")
    assert suishen(*words, "--lang", "en")[1].startswith("0 versions written; reference offset ")
