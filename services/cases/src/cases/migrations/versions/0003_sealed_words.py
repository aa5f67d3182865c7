"""Goals, the free text of services and the weeks of gestation are sealed under the child's key.

A migration holds no person's key, so it cannot seal what lies open: it refuses a database with such rows rather than
drop them. No deployment has any; a developer's is made anew by ``make clean``.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    DO $$ BEGIN
      IF EXISTS (SELECT FROM programme_versions) OR EXISTS (SELECT FROM children WHERE gestation_weeks IS NOT NULL) THEN
        RAISE EXCEPTION 'programmes or weeks of gestation lie open here and cannot be sealed without their keys';
      END IF;
    END $$
    """,
    "ALTER TABLE programme_versions ADD COLUMN words JSONB NOT NULL",
    "ALTER TABLE children DROP COLUMN gestation_weeks",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
