"""The HTTP door of referrals, extracts and agencies' systems."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from chassis.errors import forbidden
from chassis.http import Page, PageQueryDep, Router, UnitDep
from contracts.identifiers import FindingWay
from fastapi import Body, Query, Request, Response

from intake.referrals import commands, endpoints, imports, parties, queries, returns
from intake.referrals.commands import Accept, Complete, Decline, RelayAnswer, Revoke
from intake.referrals.endpoints import ChangeEndpoint, EndpointView, RegisterEndpoint
from intake.referrals.extracts import IpraImport, IpraReturn
from intake.referrals.form import AgencySignal, RegisterReferral
from intake.referrals.grounds import EVERYTHING
from intake.referrals.layouts import JSON_1
from intake.referrals.model import Referral
from intake.referrals.pack import RoadMap
from intake.referrals.parties import Parties
from intake.referrals.queries import ExtractFilter, ReferralFilter
from intake.referrals.record import ExtractRecord
from intake.referrals.region import FindingDep
from intake.referrals.returns import MakeReturn, RecordExecution
from intake.referrals.signing import remember, signed
from intake.referrals.views import (
    ExtractCard,
    ExtractLine,
    ImportView,
    QuarantineView,
    ReferralCard,
    ReferralForm,
    ReferralLine,
    ReturnView,
    line,
)

router = Router(tags=["referrals"])

LARGEST_FILE = 64 * 1024 * 1024
RAW = {"requestBody": {"required": True, "content": {"application/xml": {}, "text/csv": {}}}}


@router.get("/regions/{region}/road-map", permission="form:read")
async def road_map(region: str, packs: FindingDep) -> RoadMap:
    return queries.road_map(region, packs)


@router.get("/regions/{region}/referral-form", permission="form:read")
async def referral_form(region: str, packs: FindingDep) -> ReferralForm:
    return queries.referral_form(region, packs)


@router.get("/referrals", permission="referral:read")
async def referrals(
    wanted: Annotated[ReferralFilter, Query()], paging: PageQueryDep, unit: UnitDep
) -> Page[ReferralLine]:
    return await queries.referrals(wanted, paging, unit)


@router.post("/referrals", permission="referral:register", status_code=201)
async def register(command: RegisterReferral, packs: FindingDep, unit: UnitDep) -> ReferralCard:
    return await queries.card(await commands.register_referral(command, packs, unit), unit)


@router.get("/referrals/{referral_id}", permission="referral:read")
async def referral_card(referral_id: UUID, unit: UnitDep) -> ReferralCard:
    return await queries.referral_card(referral_id, unit)


@router.post("/referrals/{referral_id}/accept", permission="referral:accept")
async def accept(
    referral_id: UUID, packs: FindingDep, unit: UnitDep, command: Annotated[Accept | None, Body()] = None
) -> ReferralCard:
    return await queries.card(await commands.accept(referral_id, command or Accept(), packs, unit), unit)


@router.post("/referrals/{referral_id}/decline", permission="referral:decline")
async def decline(referral_id: UUID, command: Decline, packs: FindingDep, unit: UnitDep) -> ReferralCard:
    return await queries.card(await commands.decline(referral_id, command, packs, unit), unit)


@router.post("/referrals/{referral_id}/revoke", permission="referral:revoke")
async def revoke(referral_id: UUID, command: Revoke, packs: FindingDep, unit: UnitDep) -> ReferralCard:
    return await queries.card(await commands.revoke(referral_id, command, packs, unit), unit)


@router.post("/referrals/{referral_id}/complete", permission="referral:complete")
async def complete(referral_id: UUID, command: Complete, packs: FindingDep, unit: UnitDep) -> ReferralCard:
    return await queries.card(await commands.complete(referral_id, command, packs, unit), unit)


@router.post("/referrals/{referral_id}/relayed-answer", permission="referral:relay")
async def relay(referral_id: UUID, command: RelayAnswer, packs: FindingDep, unit: UnitDep) -> ReferralCard:
    return await queries.card(await commands.relay_answer(referral_id, command, packs, unit), unit)


@router.post(
    "/agency/referrals",
    permission="referral:submit",
    status_code=201,
    rate="600/minute",
    responses={200: {"model": ReferralLine, "description": "The message was taken before."}},
)
async def agency_referral(
    command: AgencySignal, request: Request, packs: FindingDep, unit: UnitDep, response: Response
) -> ReferralLine:
    message = await signed(request, unit)
    if message.subject_id is not None:
        response.status_code = 200
        known = await unit.session.get_one(Referral, message.subject_id)
        return ReferralLine(**line(known, unit.now))
    sender = await parties.organisation(message.endpoint.organisation_id, command.region, unit)
    partner = packs.pack(command.region).partner(sender.code if sender else None)
    receiver = await parties.routed(command, packs, unit)
    way = partner.way if partner else FindingWay.ORGANISATION
    both = Parties(sender, receiver, partner.department if partner else "social", way, outgoing=False)
    referral = await commands.file(command, both, packs, unit, ground=commands.INCOMING, groups=EVERYTHING, by_api=True)
    remember(message, referral.id, unit)
    return ReferralLine(**line(referral, unit.now))


@router.post("/agency/ipra-extracts", permission="ipra_import:submit", status_code=202, rate="600/minute")
async def agency_extract(
    region: str, command: ExtractRecord, request: Request, packs: FindingDep, unit: UnitDep
) -> ImportView:
    message = await signed(request, unit)
    if message.subject_id is not None:
        return ImportView.of(await unit.session.get_one(IpraImport, message.subject_id))
    content = command.model_dump_json(exclude_none=True).encode()
    job = await imports.queue_import(
        unit.new_id(), region, JSON_1, content, message.endpoint.organisation_id, packs, unit
    )
    remember(message, job.id, unit)
    return ImportView.of(job)


@router.post(
    "/ipra-imports", permission="ipra_import:register", status_code=202, max_body=LARGEST_FILE, openapi_extra=RAW
)
async def import_file(
    region: str, layout: str, request: Request, packs: FindingDep, unit: UnitDep, id: UUID | None = None
) -> ImportView:
    content, mine = await request.body(), unit.actor.organisation_ids
    if not mine:
        raise forbidden()
    job = await imports.queue_import(id or unit.new_id(), region, layout, content, min(mine, key=str), packs, unit)
    return ImportView.of(job)


@router.post("/ipra-extracts", permission="ipra_import:register", status_code=202)
async def enter_extract(region: str, command: ExtractRecord, packs: FindingDep, unit: UnitDep) -> ImportView:
    if not unit.actor.organisation_ids:
        raise forbidden()
    content = command.model_dump_json(exclude_none=True).encode()
    mine = min(unit.actor.organisation_ids, key=str)
    return ImportView.of(await imports.queue_import(unit.new_id(), region, JSON_1, content, mine, packs, unit))


@router.get("/ipra-imports", permission="ipra_import:read")
async def import_list(paging: PageQueryDep, unit: UnitDep) -> Page[ImportView]:
    return await queries.imports(paging, unit)


@router.get("/ipra-imports/{import_id}", permission="ipra_import:read")
async def import_view(import_id: UUID, unit: UnitDep) -> ImportView:
    return await queries.import_view(import_id, unit)


@router.get("/ipra-imports/{import_id}/quarantine", permission="ipra_import:read")
async def quarantine(import_id: UUID, paging: PageQueryDep, unit: UnitDep) -> Page[QuarantineView]:
    return await queries.quarantine(import_id, paging, unit)


@router.post(
    "/ipra-imports/{import_id}/quarantine/{ordinal}/correct", permission="ipra_import:correct", status_code=202
)
async def correct(
    import_id: UUID, ordinal: int, changes: Annotated[dict[str, Any], Body()], packs: FindingDep, unit: UnitDep
) -> ImportView:
    known = {name: value for name, value in changes.items() if name in ExtractRecord.model_fields}
    json.dumps(known)
    return ImportView.of(await imports.correct_record(import_id, ordinal, known, unit.new_id(), packs, unit))


@router.get("/ipra-extracts", permission="ipra_extract:read")
async def extracts(wanted: Annotated[ExtractFilter, Query()], paging: PageQueryDep, unit: UnitDep) -> Page[ExtractLine]:
    return await queries.extracts(wanted, paging, unit)


@router.get("/ipra-extracts/{extract_id}", permission="ipra_extract:read")
async def extract_card(extract_id: UUID, unit: UnitDep) -> ExtractCard:
    return await queries.extract_card(extract_id, unit)


@router.post("/ipra-extracts/{extract_id}/executions", permission="ipra_extract:execute", status_code=201)
async def execution(extract_id: UUID, command: RecordExecution, packs: FindingDep, unit: UnitDep) -> ExtractLine:
    extract = await returns.record_execution(extract_id, command, packs, unit)
    await unit.session.flush()
    return ExtractLine.of(extract)


@router.post("/ipra-returns", permission="ipra_return:make", status_code=201)
async def make_return(command: MakeReturn, packs: FindingDep, unit: UnitDep) -> ReturnView:
    return ReturnView.of(await returns.make_return(command, packs, unit))


@router.get("/ipra-returns", permission="ipra_return:read")
async def return_list(paging: PageQueryDep, unit: UnitDep) -> Page[ReturnView]:
    return await queries.returns(paging, unit)


@router.get("/ipra-returns/{return_id}/content", permission="ipra_return:read", files=["application/xml"])
async def return_content(return_id: UUID, unit: UnitDep) -> Response:
    made = await unit.get(IpraReturn, return_id, "ipra_return:read")
    headers = {"Content-Disposition": f'attachment; filename="{made.layout}-{made.id}.xml"'}
    return Response(
        returns.content(made, unit.regions[made.region].zone), media_type="application/xml", headers=headers
    )


@router.get("/agency-endpoints", permission="agency_endpoint:read")
async def endpoint_list(paging: PageQueryDep, unit: UnitDep) -> Page[EndpointView]:
    return await queries.endpoints(paging, unit)


@router.post("/agency-endpoints", permission="agency_endpoint:register", status_code=201)
async def register_endpoint(command: RegisterEndpoint, packs: FindingDep, unit: UnitDep) -> EndpointView:
    return await endpoints.register_endpoint(command, packs, unit)


@router.put("/agency-endpoints/{endpoint_id}", permission="agency_endpoint:change")
async def change_endpoint(endpoint_id: UUID, command: ChangeEndpoint, packs: FindingDep, unit: UnitDep) -> EndpointView:
    return await endpoints.change_endpoint(endpoint_id, command, packs, unit)
