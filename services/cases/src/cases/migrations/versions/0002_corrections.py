"""A later report takes services back, and questions a signed act."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    "ALTER TABLE deliveries ADD COLUMN cancelled_at TIMESTAMP WITH TIME ZONE",
    "CREATE INDEX ix_deliveries_visit_id ON deliveries (visit_id)",
    "CREATE INDEX ix_deliveries_act_id ON deliveries (act_id)",
    "ALTER TABLE urgent_acts ADD COLUMN reported JSONB",
    "CREATE INDEX ix_urgent_acts_questioned ON urgent_acts (day) WHERE reported IS NOT NULL",
    """
    CREATE TABLE services_without_file (
        trip_id UUID NOT NULL,
        case_id UUID NOT NULL,
        region VARCHAR NOT NULL,
        territory VARCHAR NOT NULL,
        organisation_id UUID NOT NULL,
        day DATE NOT NULL,
        services INTEGER NOT NULL,
        found_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_services_without_file PRIMARY KEY (trip_id, case_id)
    )
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
