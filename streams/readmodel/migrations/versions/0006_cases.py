"""Cases with all that was said and done of them."""

from alembic import op

from streams.readmodel import tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables; no log from before holds anything for them."""
    tables.metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Nothing: the tables of either revision are filled from the logs."""
