"""`suishen explain` without a decision: a client's decisions, or the clients of a log."""

from collections import Counter, defaultdict
from typing import Any, Final

import click

from channels.telling import Sentences, tell
from channels.why.account import Account
from channels.why.became_told import reached
from channels.why.logs import Asked
from channels.why.voices import Voices
from channels.workbench.wording import Words
from journeys.catalogue.edition import Edition
from journeys.reference import Reference
from schemas.decisions import Decision
from schemas.tasks import Task
from schemas.time import format_instant

_NOTHING: Final = 1
_SAID: Final = {
    "client": (
        "{client}  决定 {decisions} 个，其中 {chose} 个选中了行动；联系 {contacts} 次",
        "{client}  {decisions} decisions, {chose} of them chose something; {contacts} contacts",
    ),
    "next": (
        "列出某位客户的决定：suishen explain{source} --client ct_…",
        "suishen explain{source} --client ct_… lists a client's decisions",
    ),
}
"""Sentences by name: Chinese, English."""
_say: Final = Sentences(_SAID).say


def others(source: str) -> str:
    """Where whoever named a client in vain finds those that there are."""
    if source.startswith(" --bootstrap"):
        return "the address of a client's page ends in the token"
    return f"'suishen explain{source}' lists the clients of it"


def decisions_of(asked: Asked, client: str, lang: str, *, as_json: bool) -> int:
    """Each decision in a line, with what became of it."""
    lives = asked.past.lives(client, is_written=not asked.is_recording)
    found = [(one, life.tasks) for life in lives for one in life.decisions]
    if not found:
        click.echo(f"no decision about '{client}' on this log; {others(asked.source)}", err=True)
        return _NOTHING
    told = [(one, _mine(one.event.data, tasks)) for one, tasks in found]
    if as_json:
        rows = [_brief(one.event.data, tasks) for one, tasks in told]
        tell({"client": client, "decisions": rows}, as_json=True)
        return 0
    for one, tasks in told:
        fact = one.event
        click.echo(account_of(asked, fact.data, lang).listed(fact, one.intents, tasks))
    return 0


def clients_of(asked: Asked, lang: str, *, as_json: bool) -> int:
    """Every client with a decision: how many, and how often they were contacted."""
    decisions, chose, contacts = Counter[str](), Counter[str](), Counter[str]()
    for life in asked.past.lives(is_written=not asked.is_recording):
        for taken in life.decisions:
            fact = taken.event
            decisions[fact.partitionkey] += 1
            chose[fact.partitionkey] += bool(fact.data.task_ids)
        versions = defaultdict[str, list[Task]](list)
        for one in life.tasks:
            versions[one.task_id].append(one)
        contacts.update(mine[0].client for mine in versions.values() if reached(mine))
    rows = [
        {"client": name, "decisions": count, "chose": chose[name], "contacts": contacts[name]}
        for name, count in sorted(decisions.items())
    ]
    if as_json:
        tell({"clients": rows}, as_json=True)
        return 0
    for row in rows:
        click.echo(_say("client", lang, **row))
    click.echo(_say("next", lang, source=asked.source))
    return 0


def account_of(asked: Asked, taken: Decision, lang: str) -> Account:
    """What tells a decision in the names that were in force."""
    reference = asked.past.references.at(taken.versions.reference_offset)
    edition = edition_of(reference, taken)
    return Account(Words(lang, edition, reference.product), Voices(lang, edition, reference))


def edition_of(reference: Reference, taken: Decision) -> Edition:
    """The policy that a decision was taken under: of a stage, not everybody's."""
    catalogue = reference.known.get(taken.versions.catalogue, reference.catalogue)
    return catalogue.at(taken.decided_at)


def _mine(taken: Decision, tasks: tuple[Task, ...]) -> list[Task]:
    return [one for one in tasks if one.decision_id == taken.decision_id]


def _brief(taken: Decision, tasks: list[Task]) -> dict[str, Any]:
    names = dict.fromkeys(one.task_id for one in tasks)
    by_task = (reached([one for one in tasks if one.task_id == name]) for name in names)
    contact = min((one.changed_at for one in by_task if one is not None), default=None)
    return {
        "decision_id": taken.decision_id,
        "decided_at": format_instant(taken.decided_at),
        "trigger": taken.trigger,
        "subject": taken.subject,
        "chosen": [one.action for one in taken.candidates if one.chosen],
        "contacted_at": None if contact is None else format_instant(contact),
    }
