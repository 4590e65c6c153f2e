"""Diagnoses and advice as people read them: the same documents, in sentences."""

from collections.abc import Iterator

from channels.assess.clients import Catalog, Client, catalog, client
from channels.assess.reading import At
from channels.assess.returns import account
from channels.assess.score import LABELS, lots
from channels.assess.wording import Language, dimension, say, step, yuan
from journeys.catalogue.edition import Edition
from journeys.client.wealth.book import book_of
from journeys.client.wealth.document.document import Document, Finding, Mode, document
from journeys.client.wealth.score import Score, score
from journeys.decide.matching.advice import advise
from journeys.decide.matching.match import Offer
from journeys.decide.matching.moves import Move
from journeys.decide.matching.shelf import shelf_of
from journeys.decide.matching.terms import Adviser


def diagnoses(form: At, policy: Edition, language: Language, name: str | None) -> Iterator[str]:
    """Lines of every client's diagnosis, or of one; a score form, perhaps with `accounts`.

    `accounts` is {name: input of a `client` return}: what the returns of a diagnosis rest on.
    """
    rows = catalog(form)
    accounts = form.maybe("accounts")
    for who, one in _chosen(form, rows, name):
        said = None if accounts is None else accounts.maybe(who)
        found = document(
            lots(one.holdings, rows),
            one.profile,
            policy.wealth,
            mode=Mode.SELF_SERVICE,
            history=None if said is None else (account(said), policy.returns),
        )
        yield f"# {who}"
        yield from _document(found, language)


def advice(form: At, policy: Edition, language: Language, name: str | None) -> Iterator[str]:
    """Lines of every client's advice, or of one; every row of the catalogue is on the shelf."""
    rows = catalog(form)
    offers = (Offer(key, row.facts, row.lot) for key, row in rows.items())
    adviser = Adviser(shelf_of(offers), policy.wealth, policy.suitability)
    for who, one in _chosen(form, rows, name):
        held = lots(one.holdings, rows)
        found = advise(held, one.profile, adviser)
        yield f"# {who}"
        yield _total(score(book_of(held, policy.wealth), one.profile, policy.wealth), language)
        next_label = () if found.to_next_label is None else (found.to_next_label,)
        if not (found.moves or next_label or found.to_target):
            yield say("nothing", language)
        yield from _moves("moves", found.moves, language)
        yield from _moves("next", next_label, language)
        yield from _moves("target", found.to_target, language)


def _chosen(form: At, rows: Catalog, name: str | None) -> Iterator[tuple[str, Client]]:
    for said in form.name("clients").items():
        who = str(said.items()[0].value) if said.items() else ""
        if name in {None, who}:
            yield who, client(said, rows)


def _document(found: Document, language: Language) -> Iterator[str]:
    yield _total(found.score, language)
    for half, findings in (("portfolio", found.portfolio), ("account", found.account)):
        yield f"## {say(half, language)}"
        for finding in findings:
            yield from _finding(finding, language)
    yield f"## {say('xray', language)}"
    yield from _xray(found, language)
    if not found.is_complete:
        yield say("incomplete", language)


def _total(found: Score, language: Language) -> str:
    if not found.shown:
        return say("hidden", language, coverage=found.coverage)
    label = say(LABELS[found.label], language)
    return say("score", language, total=found.total, label=label, coverage=found.coverage)


def _finding(found: Finding, language: Language) -> Iterator[str]:
    name = dimension(found.dimension, language)
    line = say("finding", language, name=name, points=found.points, lost=found.lost)
    yield line + (say("missing", language) if found.is_missing else "")
    for one in () if found.remedy is None else found.remedy.remedy.steps:
        yield f"  - {step(one.do, one.about, one.amount, language)}"


def _xray(found: Document, language: Language) -> Iterator[str]:
    seen = found.xray
    whole = max(seen.value_fen, 1)
    tables = (
        [(say(name, language), fen) for name, fen in seen.by_group.items()],
        [(f"R{level}", fen) for level, fen in seen.by_level.items()],
        list(seen.by_issuer),
        [(say(name, language), fen) for name, fen in seen.ladder.items()],
    )
    for table in tables:
        yield " · ".join(f"{name} {fen / whole:.0%}" for name, fen in table)
    yield say("fees", language, fee=yuan(seen.fee_fen), excess=yuan(seen.excess_fee_fen))


def _moves(title: str, found: tuple[Move, ...], language: Language) -> Iterator[str]:
    if found:
        yield f"## {say(title, language)}"
    for move in found:
        yield "- " + say(
            "move",
            language,
            sell=move.sell,
            sold=yuan(move.sold_fen),
            buy=move.buy,
            bought=yuan(move.bought_fen),
            cost=yuan(move.cost_fen),
            before=move.before,
            after=move.after,
        )
        names = ", ".join(dimension(number, language) for number in move.serves)
        yield "  " + say("because", language, names=names)
        rules = ", ".join(f"{ruling.rule} v{ruling.version}" for ruling in move.rulings)
        yield "  " + say("rules", language, rules=rules)
