"""What the caller does next with an item: the route behind it, found by its operation id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.worklist import NextAction, WorkItem
from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts

from chassis.http.door import TransactionalRoute, operation_id


class UnknownActionError(RuntimeError):
    """A kind of work names an operation the service does not offer, or one that needs more than the subject's id."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Kind of work → the operation that does it.

    ``{subject}`` in ``paths`` stands for the item's subject.
    """

    service: str
    operations: Mapping[str, tuple[str, str, str, str]]
    """Kind → operation id, method, path with ``{subject}``, permission."""

    def of(self, item: WorkItem) -> NextAction | None:
        """What is to be done with the item; None where reading and deciding is all there is."""
        if (found := self.operations.get(item.kind)) is None:
            return None
        operation, method, path, permission = found
        href = f"/{self.service}{path.format(subject=item.subject_id)}"
        return NextAction(operation_id=operation, method=method, href=href, permission=permission)


def actions(service: str, routers: Iterable[APIRouter], wanted: Mapping[str, str]) -> Actions:
    """The operations behind the kinds of work of a service.

    Args:
        service: its name, which is also where the gateway has it.
        routers: of its rooms.
        wanted: kind of work → operation id.

    Raises:
        UnknownActionError: no such operation, or one with more than one id in its path.
    """
    offered = {operation_id(route): route for router in routers for route in _routes(router)}
    if missing := {kind: name for kind, name in wanted.items() if name not in offered}:
        raise UnknownActionError(f"{service} has no operation for {missing}")
    return Actions(service, {kind: _described(name, offered[name]) for kind, name in wanted.items()})


def _routes(router: APIRouter) -> Iterable[TransactionalRoute]:
    for context in iter_route_contexts(router.routes):
        if isinstance(context.original_route, TransactionalRoute):
            yield context.original_route


def _described(name: str, route: TransactionalRoute) -> tuple[str, str, str, str]:
    ids = _ids(route)
    if len(ids) > 1:
        raise UnknownActionError(f"{name} needs more than the subject: {sorted(ids)}")
    path = route.path_format
    for parameter in ids:
        path = path.replace("{" + parameter + "}", "{subject}")
    (method,) = route.methods or {"POST"}
    return name, method, path, str(route.door.permission)


def _ids(route: APIRoute) -> set[str]:
    return {parameter.name for parameter in route.dependant.path_params}
