"""Rows are ordered by their place in the log: the tables are made anew and filled from the logs."""

from alembic import op

from streams.readmodel.tables import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop and make every table; without progress the projector reads the logs from the start."""
    metadata.drop_all(op.get_bind())
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Nothing: the tables of either revision are filled from the logs."""
