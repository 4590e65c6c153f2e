"""`assess match`: sell an amount of a source and buy each product in turn."""

from typing import Any

from channels.assess.clients import Catalog, catalog, client
from channels.assess.reading import At
from channels.assess.score import lots
from journeys.catalogue.edition import Suitability
from journeys.client.wealth.book import book_of
from journeys.client.wealth.parameters import WealthParameters
from journeys.decide.matching.match import Match, Offer, buyer, match, ranked


def answers(form: At, parameters: WealthParameters, policy: Suitability) -> list[dict[str, Any]]:
    """One result for each case, in order."""
    catalogue = catalog(form)
    return [_answer(case, catalogue, parameters, policy) for case in form.name("cases").items()]


def _answer(
    case: At, catalogue: Catalog, parameters: WealthParameters, policy: Suitability
) -> dict[str, Any]:
    one = client(case.name("client"), catalogue)
    source, amount = case.name("source"), case.name("amount")
    sold = source.known(catalogue, "product").of(amount.fen())
    if sold[0].value_fen > one.holdings.get(source.text(), 0):
        amount.refuse(f"{amount.value}: sells more of '{source.text()}' than the client holds")
    book = book_of(lots(one.holdings, catalogue), parameters)
    client_now = buyer(book, sold, one.profile, parameters, policy)
    matches = [match(client_now, _offer(key, catalogue)) for key in case.name("products").items()]
    return {
        "rows": [_row(found) for found in matches],
        "ranked": [found.name for found in ranked(matches)],
    }


def _offer(key: At, catalogue: Catalog) -> Offer:
    found = key.known(catalogue, "product")
    return Offer(key.text(), found.facts, found.lot)


def _row(found: Match) -> dict[str, Any]:
    refusals = found.refusals
    return {
        "product": found.name,
        "dS": found.gain_points,
        "verdict": "BLOCK" if refusals else "ALLOW",
        "why": [ruling.reason.name for ruling in refusals if ruling.reason is not None],
        "per_yuan": found.per_yuan,
        "rules": [
            {"rule": r.rule, "version": r.version, "value": r.value, "limit": r.limit}
            for r in found.rulings
        ],
    }
