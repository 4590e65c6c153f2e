"""Scores are added up by cause, and say with decisions what they follow from."""

from alembic import op
from sqlalchemy import text

from streams.readmodel import tables

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the changed tables anew; the projector reads facts, which are kept, once more.

    The other tables keep their rows: a fact read twice changes nothing.
    """
    bind = op.get_bind()
    for table in (tables.scores, tables.decisions):
        table.drop(bind)
    tables.metadata.create_all(bind)
    op.execute(text("delete from progress where topic in ('client-facts', 'desk-facts')"))


def downgrade() -> None:
    """Nothing: the tables of either revision are filled from the logs."""
