"""The booked appointment that keeps the week of the call: where it is cancelled, the week counts on (T5)."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE escalations ADD COLUMN met_by uuid")
