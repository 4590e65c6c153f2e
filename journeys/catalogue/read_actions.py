"""Actions and their treatments, from TOML."""

from collections.abc import Collection

from journeys.catalogue.actions import Action, Sells, Treatment
from journeys.catalogue.dating import Dated, scoped
from journeys.catalogue.read_policies import REGIMES
from journeys.catalogue.rows import Row
from journeys.catalogue.scope import scope_of
from journeys.catalogue.vocabulary import ACTION_KINDS, CLIENT, METHODS, RANKS, TIERS
from journeys.client.intent.policy import INTENTS
from journeys.client.wealth.rules import CLASSES
from schemas.time import MINUTE
from schemas.wire import Channel, Method

_MOST_POINTS = 10.0
_DESKS = frozenset({"rm", "team"})
_SELLING = frozenset({"allocate", "protect"})


def read(row: Row, tags: Collection[str]) -> list[Dated]:
    """One action with its dates."""
    action_id = row.name("id")
    kind = row.one_of("kind", ACTION_KINDS)
    marketing = row.flag("marketing")
    obligation = row.flag("obligation", default=False)
    _check_kind(row, kind, marketing=marketing, obligation=obligation)
    action = Action(
        id=action_id,
        name_zh=row.text("name_zh"),
        name_en=row.text("name_en"),
        kind=kind,
        group=row.one_of("group", tags),
        marketing=marketing,
        obligation=obligation,
        tiers=row.names("tiers", TIERS),
        applies=row.condition("applies", CLIENT) if row.has("applies") else None,
        topic=row.one_of("topic", INTENTS) if row.has("topic") else None,
        value_points=_value(row),
        value_by_topic=row.flag("value_by_topic", default=False),
        expires=row.span("expires", least=MINUTE),
        treatments=tuple(_treatment(each, action_id) for each in row.rows("treatment")),
        goal=row.text("goal"),
        tags=row.names("tags", tags),
        sells=_sells(row),
        rest=row.span("rest") if row.has("rest") else 0,
        licence=row.name("licence") if row.has("licence") else None,
        only=scope_of(row),
    )
    _check_whole(row, action)
    # An id has one row at a time, whatever its scope: tasks and runs know an action by its id.
    return scoped(row, "action", (action_id,), action, scope=None)


def _treatment(row: Row, action: str) -> Treatment:
    channel = row.one_of("channel", RANKS)
    means = METHODS.get(channel, frozenset())
    treatment = Treatment(
        id=row.name("id"),
        action=action,
        channel=Channel(channel or Channel.UNKNOWN),
        method=Method(row.one_of("method", means) if means else row.text("method")),
        rank=RANKS.get(channel, 0),
        tiers=row.names("tiers", TIERS),
        minutes=row.count("minutes", most=480),
        title_zh=row.text("title_zh"),
        title_en=row.text("title_en"),
        text_zh=row.text("text_zh"),
        text_en=row.text("text_en"),
        script_zh=row.names("script_zh"),
        script_en=row.names("script_en"),
        desk=row.one_of("desk", _DESKS, default="rm"),
    )
    if treatment.desk != "rm" and channel != Channel.BRANCH:
        row.fault("only the desks of a branch are chosen by 'desk'; remove it", "desk")
    if len(treatment.script_zh) != len(treatment.script_en):
        row.fault(
            "'script_zh' and 'script_en' differ in length; say every point in both", "script_en"
        )
    row.done()
    return treatment


def _sells(row: Row) -> Sells | None:
    """What may be bought, by main class; nothing said sells nothing."""
    if not row.has("sells"):
        for key in ("sells_regimes", "sells_from"):
            if row.has(key):
                row.fault(f"'{key}' without 'sells'; write sells = [\"BOND\"]", key)
        return None
    classes = row.names("sells", CLASSES)
    if not classes:
        row.fault("'sells' names no class; write sells = [\"BOND\"]", "sells")
    return Sells(
        classes=tuple(each for each in CLASSES if each in classes),
        regimes=row.names("sells_regimes", REGIMES),
        idle_only=row.one_of("sells_from", ("idle", "any"), "any") == "idle",
    )


def _value(row: Row) -> float:
    """Points; of a selling action none, for its value is what the move adds to the score."""
    if not row.has("sells"):
        return row.number("value_points", least=0, most=_MOST_POINTS)
    for key in ("value_points", "value_by_topic"):
        if row.has(key):
            row.fault(
                f"'{key}' of an action that sells: it is worth what the move adds to the score; "
                "remove the key",
                key,
            )
            row.shown(key)
    return 0.0


def _check_kind(row: Row, kind: str, *, marketing: bool, obligation: bool) -> None:
    if row.has("sells") and kind not in _SELLING:
        row.fault("only an 'allocate' or 'protect' sells; mend the kind or remove sells", "sells")
    if kind and marketing is (kind == "service"):
        right = "false" if marketing else "true"
        row.fault(
            f"kind '{kind}' takes marketing = {right}; only service is no marketing", "marketing"
        )
    if obligation and kind != "service":
        row.fault('an obligation is a service: write kind = "service"', "obligation")


def _check_whole(row: Row, action: Action) -> None:
    if not action.treatments:
        row.fault(f"action '{action.id}' has no treatment; write [[action.treatment]]")
    if action.obligation and action.only is not None:
        row.fault("a duty is owed to clients of every outlet; remove the scope", "scope")
    if action.value_by_topic and action.topic is None:
        row.fault("'value_by_topic' needs a topic; write topic = \"…\"", "value_by_topic")
    if action.applies is not None and action.rest == 0:
        row.fault(
            "'applies' needs 'rest', else it is proposed again at once; write rest = \"30d\"",
            "applies",
        )
