"""Contacts of a client's first record: a desk's page asks what has a day's contact."""

from alembic import op

from streams.readmodel.measuring import tables

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and read no log again for it.

    A contact counts for a week at most, so the rows that are missing at first are soon of no
    interest; the fold has the last word meanwhile, as it had before.
    """
    tables.past_contacts.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Nothing: a table more hurts nobody."""
