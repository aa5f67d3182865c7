"""Consents that were withdrawn: no referral leaves on one of them."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""CREATE TABLE withdrawn_consents (
    consent_id UUID NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_withdrawn_consents PRIMARY KEY (consent_id)
)""")
