"""What the rule asked clients about recommending the bank."""

from alembic import op
from sqlalchemy import text

from streams.readmodel.measuring import tables

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table, and fill it from facts read once more; the other tables keep their rows."""
    tables.asks.create(op.get_bind(), checkfirst=True)
    op.execute(text("delete from progress where topic = 'client-facts'"))


def downgrade() -> None:
    """Nothing: whoever does not know the table leaves it alone."""
