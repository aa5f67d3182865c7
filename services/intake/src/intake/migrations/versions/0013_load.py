"""How many families each organisation has in work: a number everybody may weigh by, whoever may read the families."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COUNTED = """CREATE FUNCTION {name}(of_region text, running text[])
RETURNS TABLE (organisation_id uuid, families bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE asker text[] := app.roles();
BEGIN
  PERFORM set_config('app.roles', '{{system}}', true);
  RETURN QUERY {counting};
  PERFORM set_config('app.roles', asker::text, true);
END $$"""
"""The owner counts in the system context: a number per organisation comes out, and without a context nothing does."""
STATEMENTS = (
    COUNTED.format(
        name="families_served",
        counting="""SELECT serving_organisation_id, count(*) FROM public.applications
    WHERE region = of_region AND state = ANY (running) AND serving_organisation_id IS NOT NULL
    GROUP BY serving_organisation_id""",
    ),
    COUNTED.format(
        name="families_sought",
        counting="""SELECT found.operator, count(*) FROM (
      SELECT organisation_id AS operator FROM public.outreaches WHERE region = of_region AND state = ANY (running)
      UNION ALL
      SELECT serving_organisation_id FROM public.referrals
      WHERE region = of_region AND state = 'received' AND NOT outgoing
    ) found GROUP BY found.operator""",
    ),
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
