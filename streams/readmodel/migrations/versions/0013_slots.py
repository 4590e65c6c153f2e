"""Moves of slots are found by their client: a desk's page asks what holds a day's contact."""

from alembic import op

from streams.readmodel.measuring import tables

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index, unless the table was made with it."""
    index = next(one for one in tables.contact_moves.indexes if one.name == tables.MOVES_OF_CLIENT)
    index.create(op.get_bind(), checkfirst=True)


def downgrade() -> None:
    """Nothing: an index more hurts nobody."""
