"""Numbers are laid out in blocks, so that the families of a region do not wait for one another."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

STATEMENTS = (
    """CREATE TABLE laid_out_numbers (
    region VARCHAR NOT NULL,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    given BOOLEAN DEFAULT false NOT NULL,
    CONSTRAINT pk_laid_out_numbers PRIMARY KEY (region, year, number)
)""",
    "CREATE INDEX ix_laid_out_numbers_free ON laid_out_numbers (region, year, number) WHERE NOT given",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
