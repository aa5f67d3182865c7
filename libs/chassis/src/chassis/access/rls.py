"""Row-level security generated from the access policy: the backstop when a query forgets its condition.

Every table of a service is either guarded by a resource of `contracts.access`, a child of a guarded table, or one of
the chassis's own. The API role sees rows by principal, the worker and the owner only in the system context. All
settings live in the transaction; a missing one raises, it never filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.access import CREATE_ACTIONS, POLICY, READ_ACTIONS, Permission, Relation, Role
from sqlalchemy import Connection, text

from chassis.access.rls_platform import PLATFORM, SCHEMA

DELETE_ACTIONS = frozenset({"delete"})
# Recording is both: a row of its own (assessment) or a change of the file it belongs to.
_ALSO_UPDATES = frozenset({"record", "report"})
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SYSTEM = "(SELECT app.has_role('system'))"
_COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
Columns = str | tuple[str, ...]


class UngovernedError(ValueError):
    """A table, column or relation the policy does not cover: nothing is installed."""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A table whose rows are records of ``resource``.

    Args:
        columns: the column that holds each relation; several mean "any of them" (territory and region).
        readers: permissions of other resources whose queries read this table too, by the same relations.
        writers: permissions of other resources whose commands write this table (publishing a plan makes visits).
    """

    table: str
    resource: str
    columns: Mapping[Relation, Columns] = field(default_factory=dict)
    readers: tuple[Permission, ...] = ()
    writers: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True)
class ChildOf:
    """A table whose rows belong to one row of ``parent`` and are seen and changed with it.

    ``replaced``: the parent's commands may delete rows (a list that is written anew).
    """

    table: str
    parent: str
    fk: str
    parent_key: str = "id"
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class Open:
    """A reference table without a subject: everybody with a context reads it, ``writers`` and the worker change it."""

    table: str
    writers: tuple[Permission, ...] = ()


Entry = Guarded | ChildOf | Open


def generated(service: str, guarded: Sequence[Entry]) -> list[str]:
    """Every statement that brings the tables under the policy, in order. Pure; raises `UngovernedError`."""
    tables = {entry.table: entry for entry in guarded}
    if len(tables) != len(guarded):
        raise UngovernedError("a table is listed twice")
    statements = [f"GRANT USAGE ON SCHEMA public, app TO {service}_api, {service}_worker"]
    for entry in guarded:
        statements += _forced(entry.table)
        statements += _api_policies(service, entry, tables)
        statements += system_policies(service, entry.table)
    return statements


def platform(service: str, existing: Iterable[str]) -> list[str]:
    """Grants and policies of those chassis tables that exist in the database."""
    statements: list[str] = []
    for table in sorted(set(existing) & set(PLATFORM)):
        rights = PLATFORM[table]
        statements += _grants(f"{service}_api", table, rights.api) + _grants(f"{service}_worker", table, rights.worker)
        if rights.policies:
            statements += _forced(table)
            statements += [
                _policy(table, f"{service}_api", command, condition) for command, condition in rights.policies.items()
            ]
            statements += system_policies(service, table, grant=False)
    return statements


def install(connection: Connection, service: str, guarded: Sequence[Entry]) -> None:
    """Put the schema ``app``, all policies and all grants in place, replacing what stood there. Owner role.

    Repeatable: run it after every ``upgrade``, so that the database follows the policy in the code.
    Raises `UngovernedError` for a table nobody has claimed.
    """
    existing = set(connection.execute(_EXISTING).scalars())
    if unclaimed := ungoverned(existing, guarded):
        raise UngovernedError(f"tables without a policy: {', '.join(sorted(unclaimed))}")
    revoked = f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {_name(service)}_api, {service}_worker"
    for statement in (*SCHEMA, _DROP_ALL, revoked, *platform(service, existing), *generated(service, guarded)):
        connection.exec_driver_sql(statement)


def ungoverned(existing: Iterable[str], guarded: Sequence[Entry]) -> set[str]:
    """Tables that are neither guarded nor the chassis's own."""
    return set(existing) - {entry.table for entry in guarded} - set(PLATFORM) - {"alembic_version"}


def installed(connection: Connection) -> list[str]:
    """What the server enforces now, as comparable lines: policies, forced tables, grants, context functions."""
    return sorted(line for query in _INSTALLED for line in connection.execute(query).scalars())


def differences(connection: Connection, service: str, guarded: Sequence[Entry]) -> list[str]:
    """Where the database differs from the policy: ``+`` is missing, ``-`` should not be there. Owner role.

    The server prints conditions in its own words, so the comparison is with what it prints after a fresh install,
    which is rolled back.
    """
    found = set(installed(connection))
    with connection.begin_nested() as trial:
        install(connection, service, guarded)
        wanted = set(installed(connection))
        trial.rollback()
    return sorted([f"+ {line}" for line in wanted - found] + [f"- {line}" for line in found - wanted])


def system_policies(service: str, table: str, grant: bool = True) -> list[str]:
    """The worker and the owner pass in the system context only."""
    grants = _grants(f"{service}_worker", table, _COMMANDS) if grant else []
    roles = f"{service}_worker, {service}_owner"
    return grants + [_policy(table, roles, command, _SYSTEM, "system") for command in _COMMANDS]


def _api_policies(service: str, entry: Entry, tables: Mapping[str, Entry]) -> Iterator[str]:
    for command in _COMMANDS:
        condition = _condition(entry, command, tables)
        if condition is not None:
            yield from _grants(f"{service}_api", entry.table, (command,))
            yield _policy(entry.table, f"{service}_api", command, condition)


def _condition(entry: Entry, command: str, tables: Mapping[str, Entry]) -> str | None:
    """What a row must satisfy for the API role; None where the policy has no such action."""
    if isinstance(entry, Guarded):
        return _guarded_condition(entry, command)
    if isinstance(entry, Open):
        return _open_condition(entry, command)
    return _child_condition(entry, command, tables)


def _guarded_condition(entry: Guarded, command: str) -> str | None:
    roles: dict[Relation, set[Role]] = {}
    for grant in POLICY:
        own = grant.resource == entry.resource and any(_commands(action)[command] for action in grant.actions)
        extra = entry.readers if command == "SELECT" else entry.writers if command != "DELETE" else ()
        lent = any(f"{grant.resource}:{action}" in extra for action in grant.actions)
        # A lent permission counts only through relations this table can show.
        if own or (lent and (grant.relation is Relation.ANY or grant.relation in entry.columns)):
            roles.setdefault(grant.relation, set()).add(grant.role)
    if not roles:
        return None
    return " OR ".join(_term(entry, relation, roles[relation]) for relation in Relation if relation in roles)


def _commands(action: str) -> dict[str, bool]:
    creates, reads, deletes = action in CREATE_ACTIONS, action in READ_ACTIONS, action in DELETE_ACTIONS
    updates = not (creates or reads or deletes) or action in _ALSO_UPDATES
    return {"SELECT": reads, "INSERT": creates, "UPDATE": updates, "DELETE": deletes}


def _term(entry: Guarded, relation: Relation, roles: set[Role]) -> str:
    if relation is Relation.ANY:
        return _held(roles)
    if relation not in entry.columns:
        raise UngovernedError(f"{entry.table}: the policy of {entry.resource} needs a column for {relation}")
    named = entry.columns[relation]
    columns = (named,) if isinstance(named, str) else named
    matches = " OR ".join(_match(relation, f"{_name(entry.table)}.{_name(column)}") for column in columns)
    return f"({_held(roles)} AND ({matches}))"


def _held(roles: Iterable[Role]) -> str:
    names = ",".join(sorted(roles))
    # Everybody may do what the public may: the check that remains is that there is a context at all.
    return "(SELECT app.principal() IS NOT NULL)" if Role.PUBLIC in roles else f"(SELECT app.has_any('{{{names}}}'))"


def _match(relation: Relation, column: str) -> str:
    match relation:
        case Relation.ORGANISATION | Relation.SERVING:
            return f"{column} = ANY ((SELECT app.organisations())::uuid[])"
        case Relation.TERRITORY:
            return f"{column} = ANY ((SELECT app.territories())::text[])"
        case Relation.CHILD:
            return f"{column} = ANY ((SELECT app.children())::uuid[])"
        case Relation.TEAM:
            return f"{column} @> ARRAY[(SELECT app.principal())]"
        case Relation.TOKEN:
            return f"{column} = (SELECT app.token())"
        case _:
            return f"{column} = (SELECT app.principal())"


def _open_condition(entry: Open, command: str) -> str | None:
    if command == "SELECT":
        return "(SELECT app.principal() IS NOT NULL)"
    roles = {g.role for g in POLICY for action in g.actions if f"{g.resource}:{action}" in entry.writers}
    return _held(roles) if roles and command != "DELETE" else None


def _child_condition(entry: ChildOf, command: str, tables: Mapping[str, Entry]) -> str | None:
    if command == "DELETE" and not entry.replaced:
        return None
    parent = tables.get(entry.parent)
    if parent is None:
        raise UngovernedError(f"{entry.table}: its parent {entry.parent} is not guarded")
    needed = ("SELECT",) if command == "SELECT" else ("INSERT", "UPDATE")
    terms = dict.fromkeys(term for name in needed if (term := _condition(parent, name, tables)) is not None)
    if not terms:
        return None
    # The parent's own SELECT policy already applies inside the subquery.
    allowed = "" if command == "SELECT" else f" AND ({' OR '.join(terms)})"
    key, fk = f"{_name(entry.parent)}.{_name(entry.parent_key)}", f"{_name(entry.table)}.{_name(entry.fk)}"
    return f"EXISTS (SELECT 1 FROM {entry.parent} WHERE {key} = {fk}{allowed})"  # noqa: S608 - names checked above


def _forced(table: str) -> list[str]:
    return [f"ALTER TABLE {_name(table)} {verb} ROW LEVEL SECURITY" for verb in ("ENABLE", "FORCE")]


def _grants(role: str, table: str, privileges: Iterable[str]) -> list[str]:
    listed = ", ".join(privileges)
    return [f"GRANT {listed} ON {_name(table)} TO {role}"] if listed else []


def _policy(table: str, roles: str, command: str, condition: str, who: str = "api") -> str:
    using = "" if command == "INSERT" else f" USING ({condition})"
    check = f" WITH CHECK ({condition})" if command in ("INSERT", "UPDATE") else ""
    return f"CREATE POLICY {who}_{command.lower()} ON {_name(table)} FOR {command} TO {roles}{using}{check}"


def _name(identifier: str) -> str:
    if not _NAME.fullmatch(identifier):
        raise UngovernedError(f"not a plain SQL name: {identifier!r}")
    return identifier


_EXISTING = text(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
    "AND NOT relispartition"
)
_INSTALLED = (
    text(
        "SELECT concat_ws(' ', 'policy', tablename, policyname, cmd, roles, 'USING', qual, 'CHECK', with_check) "
        "FROM pg_policies WHERE schemaname = 'public'"
    ),
    text(
        "SELECT concat_ws(' ', 'forced', relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relrowsecurity AND relforcerowsecurity"
    ),
    text(
        "SELECT concat_ws(' ', 'grant', relname, grantee::regrole, privilege_type) FROM pg_class, aclexplode(relacl) "
        "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND grantee <> relowner"
    ),
    text(
        "SELECT concat_ws(' ', 'grant', attrelid::regclass, attname, grantee::regrole, privilege_type) "
        "FROM pg_attribute, aclexplode(attacl) WHERE attacl IS NOT NULL AND grantee <> 0 "
        "AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
    ),
    text("SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = to_regnamespace('app')"),
)
_DROP_ALL = """DO $$ DECLARE p record; BEGIN
  FOR p IN SELECT policyname, tablename FROM pg_policies WHERE schemaname = 'public' LOOP
    EXECUTE format('DROP POLICY %I ON public.%I', p.policyname, p.tablename);
  END LOOP;
END $$"""
