"""The three ways extracts come in: a file, one entered by hand, one of an agency's own system."""

from __future__ import annotations

from uuid import UUID

from chassis.errors import forbidden
from chassis.work import Unit

from intake.agencies.commands.verify_message import SignedMessage, remember
from intake.extracts.commands.import_extracts import queue_import
from intake.extracts.layouts import JSON_1
from intake.extracts.model import IpraImport
from intake.extracts.record import ExtractRecord


async def hand_in_file(id: UUID | None, region: str, layout: str, content: bytes, unit: Unit) -> IpraImport:
    """Queue a file for an organisation of the actor (D3-24)."""
    return await queue_import(id or unit.new_id(), region, layout, content, _own_organisation(unit), unit)


async def enter_by_hand(region: str, record: ExtractRecord, unit: Unit) -> IpraImport:
    """Queue one extract; it goes the same way as a file of one."""
    return await queue_import(unit.new_id(), region, JSON_1, _written(record), _own_organisation(unit), unit)


async def submit_by_system(region: str, record: ExtractRecord, message: SignedMessage, unit: Unit) -> IpraImport:
    """Queue an extract of a signed message, once however often the message comes (D2-07)."""
    if message.subject_id is not None:
        return await unit.session.get_one(IpraImport, message.subject_id)
    sender = message.endpoint.organisation_id
    job = await queue_import(unit.new_id(), region, JSON_1, _written(record), sender, unit)
    remember(message, job.id, unit)
    return job


def _own_organisation(unit: Unit) -> UUID:
    """Of several the same one every time."""
    if not unit.actor.organisation_ids:
        raise forbidden()
    return min(unit.actor.organisation_ids, key=str)


def _written(record: ExtractRecord) -> bytes:
    return record.model_dump_json(exclude_none=True).encode()
