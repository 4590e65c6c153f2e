"""Who drafted and who released each catalogue, which is not made from the logs."""

from alembic import op

from streams.readmodel import signatures

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both tables."""
    signatures.metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Remove them: who signed what is known from the reference log alone."""
    signatures.metadata.drop_all(op.get_bind())
