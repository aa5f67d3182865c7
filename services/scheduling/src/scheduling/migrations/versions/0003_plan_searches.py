"""Searches for a better plan: asked for by the head, worked off by the worker."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE plan_searches (
            id UUID NOT NULL,
            plan_id UUID NOT NULL,
            state VARCHAR(64) NOT NULL,
            seconds INTEGER NOT NULL,
            seed INTEGER NOT NULL,
            progress DOUBLE PRECISION NOT NULL,
            asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
            asked_by UUID NOT NULL,
            started_at TIMESTAMP WITH TIME ZONE,
            finished_at TIMESTAMP WITH TIME ZONE,
            claimed_until TIMESTAMP WITH TIME ZONE,
            plan_version INTEGER,
            km_before DOUBLE PRECISION NOT NULL,
            unplaced_before INTEGER NOT NULL,
            km_after DOUBLE PRECISION,
            unplaced_after INTEGER,
            CONSTRAINT pk_plan_searches PRIMARY KEY (id),
            CONSTRAINT fk_plan_searches_plan_id_plans FOREIGN KEY (plan_id) REFERENCES plans (id)
        )
        """
    )
    op.execute("CREATE INDEX ix_plan_searches_plan_id ON plan_searches (plan_id)")
    unfinished = "WHERE state IN ('queued', 'running')"
    op.execute(f"CREATE UNIQUE INDEX ix_plan_searches_unfinished ON plan_searches (plan_id) {unfinished}")
