"""The reports' numbers counted again from the owners' own databases, by other means: plain SQL as the superuser."""

from __future__ import annotations

from typing import Any

from local_deploy.system import System

APPLICATIONS = """
SELECT a.source, coalesce(a.entry_point, ''), count(*),
       count(*) FILTER (WHERE a.state = 'redirected'), count(*) FILTER (WHERE a.state = 'withdrawn'),
       count(*) FILTER (WHERE reached.application_id IS NOT NULL),
       count(*) FILTER (WHERE reached.called_at <= d.due_at),
       count(*) FILTER (WHERE a.state = 'accepted')
  FROM applications a
  LEFT JOIN deadlines d ON d.application_id = a.id AND d.kind = 'call_back'
  LEFT JOIN LATERAL (SELECT application_id, min(called_at) AS called_at FROM call_attempts c
                      WHERE c.application_id = a.id AND c.outcome = 'reached' GROUP BY 1) reached ON true
 WHERE a.region = '{region}' GROUP BY 1, 2 ORDER BY 1, 2
"""
CARDS = """
SELECT p.id, p.case_id, v.starts_on, v.ends_on FROM programmes p
  JOIN programme_versions v ON v.programme_id = p.id AND v.state = 'approved'
 WHERE p.region = '{region}' AND p.kind = 'iksra' ORDER BY 2
"""
DONE = """
SELECT service_group, count(*) FROM deliveries
 WHERE case_id = '{case}' AND accounting = 'home_service' AND mode IN ('home', 'remote')
   AND cancelled_at IS NULL AND delivered_on BETWEEN '{first}' AND '{last}' GROUP BY 1
"""
PLANNED = """
SELECT task->>'group', count(*) FROM visits, jsonb_array_elements(tasks) task
 WHERE case_id = '{case}' AND state = 'scheduled' AND mode IN ('home', 'remote')
   AND (starts_at AT TIME ZONE 'Europe/Moscow')::date BETWEEN '{first}' AND '{last}' GROUP BY 1
"""
VISITS = """
SELECT to_char(starts_at AT TIME ZONE 'Europe/Moscow', 'YYYY-MM'), mode, count(*),
       count(*) FILTER (WHERE state = 'reported' AND outcome = 'performed'),
       count(*) FILTER (WHERE state = 'postponed')
  FROM visits WHERE region = '{region}' GROUP BY 1, 2 ORDER BY 1, 2
"""
TRIPS = """
SELECT to_char(day, 'YYYY-MM'), count(*), sum(families) FROM trips
 WHERE region = '{region}' AND state IN ('published', 'performed') GROUP BY 1 ORDER BY 1
"""


def ask(system: System, service: str, query: str, **values: object) -> list[list[str]]:
    """Rows of a query on one service's database."""
    text = system.postgres.execute(query.format(**values), service)
    return [line.split("|") for line in text.splitlines() if line]


def applications(system: System, region: str) -> list[list[Any]]:
    rows = ask(system, "intake", APPLICATIONS, region=region)
    return [[source, entry, *map(int, numbers)] for source, entry, *numbers in rows]


def quota(system: System, region: str) -> dict[tuple[str, str], tuple[int, int]]:
    """(case, group) → (done, planned)."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for _, case, first, last in ask(system, "cases", CARDS, region=region):
        values = {"case": case, "first": first, "last": last}
        done = {group: int(n) for group, n in ask(system, "cases", DONE, **values)}
        planned = {group: int(n) for group, n in ask(system, "scheduling", PLANNED, **values)}
        for group in ("social_medical", "psychological_pedagogical"):
            found[case, group] = (done.get(group, 0), planned.get(group, 0))
    return found


def visits(system: System, region: str) -> list[list[Any]]:
    rows = ask(system, "scheduling", VISITS, region=region)
    return [[month, mode, *map(int, numbers)] for month, mode, *numbers in rows]


def trips(system: System, region: str) -> list[list[Any]]:
    return [
        [month, int(count), int(families)] for month, count, families in ask(system, "scheduling", TRIPS, region=region)
    ]
