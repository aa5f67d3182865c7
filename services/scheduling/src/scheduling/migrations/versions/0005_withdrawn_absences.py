"""An absence may be withdrawn: recorded by mistake, or the specialist is back sooner."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE absences ADD COLUMN withdrawn_at TIMESTAMP WITH TIME ZONE")
