"""A measure that moves decisions is a target: what decides has no way to read one."""

import ast
from pathlib import Path

import journeys
from schemas import codec

ROOT = Path(next(iter(journeys.__path__)))
DECIDES = ("client", "decide", "desk")


def trees():
    for room in DECIDES:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def test_nothing_that_decides_asks_policy_for_a_measure_or_a_check():
    read = [
        (path.name, node.attr)
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"measures", "checks"}
    ]
    assert read == []


def test_nothing_in_the_domain_knows_the_read_model_or_the_measures_of_outlets():
    """Assets and revenue stand in streams; the domain imports neither streams nor their words."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not [name for name in names if name.partition(".")[0] == "streams"], path
    for path, tree in trees():
        words = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert not words & {"revenue", "outlet_revenue", "commission"}, path


def test_no_event_carries_revenue_so_no_fold_can_hear_of_it():
    kinds = {*codec.CLIENT_LOG, *codec.DESK_LOG, *codec.REFERENCE}
    for kind in kinds:
        said = str(kind.model_json_schema()).lower()
        assert "revenue" not in said, kind
        assert "commission" not in said, kind
