"""The measures under the rules in force: a test names only what matters to it."""

from functools import partial

from journeys.client.wealth.returns import account, market, promoters
from journeys.client.wealth.returns import money_weighted as rates
from tests.builders import the_catalogue

POLICY = the_catalogue().editions[-1]
RULES = POLICY.returns
earned = partial(account.earned, rules=RULES)
time_weighted = partial(account.time_weighted, rules=RULES)
money_weighted = partial(rates.money_weighted, rules=RULES)
against_market = partial(market.against_market, rules=RULES)
promoter_score = partial(promoters.promoter_score, rules=POLICY.promoters)
