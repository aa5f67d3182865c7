"""Questions of the journal."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""CREATE TABLE enquiry_rows (
        id UUID NOT NULL,
        channel VARCHAR,
        theme VARCHAR,
        help_kind VARCHAR,
        anonymous BOOLEAN,
        complaint BOOLEAN,
        registered_at TIMESTAMP WITH TIME ZONE,
        due_at TIMESTAMP WITH TIME ZONE,
        given_at TIMESTAMP WITH TIME ZONE,
        on_time BOOLEAN,
        outcome VARCHAR,
        closed_at TIMESTAMP WITH TIME ZONE,
        region VARCHAR,
        territory VARCHAR,
        organisation_id UUID,
        CONSTRAINT pk_enquiry_rows PRIMARY KEY (id)
    )""")
