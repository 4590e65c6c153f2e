from schemas.codec import wire_type
from schemas.logs import ALL_KINDS, LOGS, short_name, speaker
from schemas.signals.desk import TaskClaimed


def test_no_two_types_share_a_name():
    assert len({wire_type(kind) for kind in ALL_KINDS}) == len(ALL_KINDS)
    assert len({kind.__name__ for kind in ALL_KINDS}) == len(ALL_KINDS)


def test_every_type_stands_on_a_log():
    assert {kind for log in LOGS for kind in log.kinds} == set(ALL_KINDS)


def test_a_name_begins_with_its_speaker():
    assert short_name(TaskClaimed) == "desk.task_claimed.v1"
    assert speaker(TaskClaimed) == "desk"
