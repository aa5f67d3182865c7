"""Taking extracts in: known ones change nothing, newer ones supersede, one in force puts a family on the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chassis.errors import DomainError, invalid
from chassis.http.validation import broken_rules
from chassis.work import Unit
from contracts.identifiers import FindingWay
from contracts.sealed import PersonKey
from pydantic import ValidationError
from sqlalchemy import select, text, tuple_

from intake.extracts.layouts import RawRecord
from intake.extracts.model import ExtractStanding, IpraExtract, IpraImport
from intake.extracts.record import ExtractRecord
from intake.finding.family import content_digest, person_digest, shut
from intake.finding.ladder_pack import OutreachPack
from intake.finding.packs import age_bands_of
from intake.finding.referrals_pack import ReferralsPack
from intake.outreach.commands.start_outreach import remind
from intake.outreach.ladder import Ladder
from intake.outreach.model.found import Found
from intake.outreach.model.outreach import Outreach
from intake.outreach.queries.finders import Finders
from intake.outreach.queries.operators import fallback, operators
from intake.outreach.routing import Operator, Routed, route
from intake.outreach.states import RUNNING, OutreachState
from intake.particulars.ages import age_band
from intake.particulars.checks import check_birth_date, known_territory

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('intake.ipra_extracts'), hashtext(:region))")


@dataclass(slots=True)
class Tally:
    """What became of a batch; ``refused`` holds the records to be put in quarantine with their reasons."""

    taken: int = 0
    known: int = 0
    superseding: int = 0
    superseded: int = 0
    refused: list[tuple[RawRecord, list[dict[str, Any]]]] = field(default_factory=list)


@dataclass(slots=True)
class _Candidate:
    raw: RawRecord
    record: ExtractRecord
    territory: str
    person: str
    content: str


class Taking:
    """One batch on its way in, under the region's lock, by the system."""

    def __init__(self, job: IpraImport, unit: Unit) -> None:
        self._region, self._import_id, self._unit = unit.regions[job.region], job.id, unit
        self._received_at = job.received_at
        self._pack, self._kek = unit.packs.of(ReferralsPack, job.region), unit.settings.key_encryption_key
        self._today = unit.now.astimezone(self._region.zone).date()
        self._ladders: dict[str, Ladder] = {}
        self._given: dict[UUID, int] = {}

    async def take(self, records: Sequence[RawRecord]) -> Tally:
        """Take a batch in; a bad record is put aside and the good ones go on."""
        tally = Tally()
        candidates = [good for raw in records if (good := self._judged(raw, tally)) is not None]
        if not candidates:
            return tally
        await self._unit.session.execute(_ONE_AT_A_TIME, {"region": self._region.code})
        by_key, in_force = await self._present(candidates)
        new = list(self._sorted_out(candidates, by_key, tally))
        await self._enter(new, in_force, tally)
        return tally

    def _judged(self, raw: RawRecord, tally: Tally) -> _Candidate | None:
        try:
            if raw.fault is not None:
                raise raw.fault
            record = ExtractRecord.model_validate(raw.fields)
            territory = known_territory(record.territory, self._region)
            check_birth_date(record.birth_date, self._today)
            self._check_dates(record)
        except ValidationError as error:
            tally.refused.append((raw, _reasons(broken_rules(error.errors(include_url=False)))))
        except DomainError as error:
            tally.refused.append((raw, _reasons(error)))
        else:
            content = record.model_dump_json()
            person = person_digest(record.child(), self._kek)
            return _Candidate(raw, record, territory, person, content_digest(content, self._kek))
        return None

    def _check_dates(self, record: ExtractRecord) -> None:
        if record.issued_on > self._today:
            raise invalid("issued_in_future", "issued_on", "дата выписки в будущем", "issued in the future")
        if record.issued_on < record.birth_date:
            raise invalid("issued_before_birth", "issued_on", "выписка раньше рождения", "issued before the birth")
        if record.valid_until and record.valid_until < record.issued_on:
            raise invalid("term_backwards", "valid_until", "срок кончается раньше выписки", "ends before it is issued")

    async def _present(
        self, candidates: Sequence[_Candidate]
    ) -> tuple[dict[tuple[str, date], str], dict[str, IpraExtract]]:
        keys = [(one.record.number, one.record.issued_on) for one in candidates]
        here = IpraExtract.region == self._region.code
        same = select(IpraExtract.number, IpraExtract.issued_on, IpraExtract.content_digest).where(
            here, tuple_(IpraExtract.number, IpraExtract.issued_on).in_(keys)
        )
        known = {(number, day): digest for number, day, digest in await self._unit.session.execute(same)}
        people = {one.person for one in candidates}
        older = select(IpraExtract).where(
            here, IpraExtract.person_digest.in_(people), IpraExtract.state == ExtractStanding.IN_FORCE
        )
        return known, {row.person_digest: row for row in await self._unit.session.scalars(older)}

    def _sorted_out(
        self, candidates: Sequence[_Candidate], by_key: dict[tuple[str, date], str], tally: Tally
    ) -> Sequence[_Candidate]:
        new = []
        for one in candidates:
            key = (one.record.number, one.record.issued_on)
            digest = by_key.setdefault(key, "")
            if digest == "":
                by_key[key] = one.content
                new.append(one)
            elif digest == one.content:
                tally.known += 1
            else:
                error = invalid(
                    "content_differs",
                    "number",
                    "под этим номером и датой уже есть другая выписка: изменение ИПРА — это новая выписка",
                    "another extract stands under this number and date: a change is a new extract",
                )
                tally.refused.append((one.raw, _reasons(error)))
        return new

    async def _enter(self, new: Sequence[_Candidate], in_force: dict[str, IpraExtract], tally: Tally) -> None:
        session, unit = self._unit.session, self._unit
        keys = await unit.keys.create_many([unit.new_id() for _ in range(2 * len(new))])
        known = await operators(self._region.code, self._pack, unit)
        finders = await Finders.of(
            [*(one.organisation_id for one in known), fallback(self._region.code, self._pack)], unit
        )
        running = await self._running({one.person for one in new})
        extracts, opened = [], []
        for place, one in enumerate(new):
            child_key, family_key = keys[2 * place], keys[2 * place + 1]
            extract = self._extract(one, child_key, family_key, known)
            self._settle(extract, in_force, tally)
            extract.come_in()
            if extract.state is ExtractStanding.IN_FORCE:
                at_work = running.get(one.person)
                if at_work is None:
                    outreach = self._outreach(extract, finders)
                    opened.append(outreach)
                    at_work = running[one.person] = outreach.id
                extract.outreach_id = at_work
            extracts.append(extract)
            tally.taken += 1
        # What a newer extract takes the place of must give way before the newer one stands.
        await session.flush()
        session.add_all(extracts)
        session.add_all(opened)
        await session.flush()
        due: dict[UUID, datetime] = {}
        for outreach in opened:
            due[outreach.organisation_id] = min(outreach.due_at, due.get(outreach.organisation_id, outreach.due_at))
        for organisation_id, at in due.items():
            await remind(organisation_id, at, unit)

    def _settle(self, extract: IpraExtract, in_force: dict[str, IpraExtract], tally: Tally) -> None:
        """Which of the child's extracts is in force: the one issued last, whatever order they come in."""
        present = in_force.get(extract.person_digest)
        newer = present is None or (extract.issued_on, extract.number) > (present.issued_on, present.number)
        if not newer and present is not None:
            extract.state, extract.superseded_by = ExtractStanding.SUPERSEDED, present.id
            tally.superseded += 1
            return
        extract.state = ExtractStanding.IN_FORCE
        in_force[extract.person_digest] = extract
        if present is not None:
            present.supersede(extract.id, self._unit.now)
            tally.superseding += 1

    async def _running(self, people: set[str]) -> dict[str, UUID]:
        """Children a family of whom is on the ladder already, at whichever operator."""
        at_work = select(Outreach.person_digest, Outreach.id).where(
            Outreach.region == self._region.code,
            Outreach.person_digest.in_(people),
            Outreach.state.in_([*RUNNING, OutreachState.SURVEYED]),
        )
        return {row[0]: row[1] for row in await self._unit.session.execute(at_work)}

    def _extract(
        self, one: _Candidate, child_key: PersonKey, family_key: PersonKey, known: Sequence[Operator]
    ) -> IpraExtract:
        record = one.record
        band = age_band(record.birth_date, self._today, age_bands_of(self._unit.packs, self._region.code))
        routed = self._routed(one.territory, band, known)
        return IpraExtract(
            id=self._unit.new_id(),
            region=self._region.code,
            territory=one.territory,
            organisation_id=routed.organisation_id,
            routing=routed.to_json(),
            number=record.number,
            issued_on=record.issued_on,
            valid_until=record.valid_until,
            bureau=record.bureau,
            child_id=child_key.person_id,
            representative_id=family_key.person_id,
            person_digest=one.person,
            content_digest=one.content,
            age_band=band,
            ground=self._pack.extracts.ground,
            measures=len(record.measures),
            received_at=self._received_at,
            import_id=self._import_id,
            child=shut(record.child(), child_key),
            family=shut(record.family(), family_key),
            health=shut(record.health(), child_key),
        )

    def _routed(self, territory: str, band: Any, known: Sequence[Operator]) -> Routed:
        backstop = fallback(self._region.code, self._pack)
        routed = route(self._region.code, territory, band, known, backstop, self._given)
        self._given[routed.organisation_id] = self._given.get(routed.organisation_id, 0) + 1
        return routed

    def _outreach(self, extract: IpraExtract, finders: Finders) -> Outreach:
        found = Found(
            id=self._unit.new_id(),
            responsible_id=finders.next(extract.organisation_id),
            way=FindingWay.IPRA_EXTRACT,
            origin_id=extract.id,
            found_at=self._received_at,
            words=None,
            region=extract.region,
            territory=extract.territory,
            organisation_id=extract.organisation_id,
            child_id=extract.child_id,
            representative_id=extract.representative_id,
            person_digest=extract.person_digest,
            age_band=extract.age_band,
            ground=extract.ground,
            child=extract.child,
            family=extract.family,
        )
        return Outreach.open(found, self._ladder(extract.territory))

    def _ladder(self, territory: str) -> Ladder:
        if territory not in self._ladders:
            self._ladders[territory] = _remembering(
                Ladder.of(self._unit.packs.of(OutreachPack, self._region.code), self._region, territory)
            )
        return self._ladders[territory]


def _remembering(ladder: Ladder) -> Ladder:
    """The same ladder; a batch asks for the same term from the same moment hundreds of times."""
    seen: dict[tuple[str, datetime], Any] = {}

    def due(term: str, start: datetime) -> Any:
        if (term, start) not in seen:
            seen[term, start] = ladder.due(term, start)
        return seen[term, start]

    return Ladder(ladder.limits, due, ladder.zone)


def _reasons(error: DomainError) -> list[dict[str, Any]]:
    if error.errors:
        return [{"field": e.field, "rule": e.rule, "ru": e.detail_ru, "en": e.detail_en} for e in error.errors]
    return [{"field": None, "rule": error.slug, "ru": error.ru, "en": error.en}]
