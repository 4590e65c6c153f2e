"""An adviser's book over a period: organic growth, targets, checks, and a ledger never edited."""
