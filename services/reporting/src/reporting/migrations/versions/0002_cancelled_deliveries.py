"""A delivered service may be taken back."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE delivery_rows ADD COLUMN cancelled BOOLEAN")
