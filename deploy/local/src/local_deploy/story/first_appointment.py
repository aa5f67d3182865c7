"""Step 6: documents, written consents, the family's account, assessment, eligibility, team, programme."""

from __future__ import annotations

from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from contracts.identifiers import named_id
from embedded import login

from local_deploy.staff import DEMO_PASSWORD
from local_deploy.story.gateway import Person, eventually
from local_deploy.story.world import FamilyStory, World


def come_to_the_appointment(world: World, family: FamilyStory) -> datetime:
    """The day has come."""
    starts_at = datetime.fromisoformat(family.facts["appointment"]["starts_at"])
    world.clock.advance_to(starts_at + timedelta(minutes=5))
    return starts_at


def see_documents(world: World, specialist: str, family: FamilyStory) -> None:
    """Passport and birth certificate, nothing more; the authority is checked (D2-20)."""
    shown = {"kinds": ["passport", "birth_certificate"], "authority": "parent"}
    world.staff(specialist).post(f"/cases/case-files/{family.case_id}/documents-seen", shown)


def record_consents(world: World, specialist: str, family: FamilyStory, *purposes: str) -> None:
    """A separate paper for each purpose (152-FZ)."""
    for purpose in purposes:
        paper = {"purpose": purpose, "form": "paper"}
        world.staff(specialist).post(f"/cases/case-files/{family.case_id}/consents", paper)


def bind_account(world: World, specialist: str, family: FamilyStory) -> Person:
    """The family registers by itself; a one-time code handed over in person binds the account to the child."""
    system, user = world.system, f"family-{token_hex(4)}"
    family_name, given_name, *_ = family.representative.split()
    login.register(system.identity.issuer, system.mail, family.email, user, given_name, family_name, DEMO_PASSWORD)
    account = Person(system, user)
    account.post("/intake/accounts")
    issue = f"/intake/applications/{family.application_id}/binding-code"
    code = world.staff(specialist).post(issue, {"documents_seen": True})["code"]
    account.post("/intake/accounts/me/bindings", {"code": code})
    eventually("the family's own file", lambda: _own_files(account))
    family.account = account
    return account


def _own_files(account: Person) -> Any:
    # cases learns of the binding from an event: until then the account is nobody's family
    answer = account.call("GET", "/cases/case-files")
    return answer.json()["items"] if answer.status_code == 200 else None


def assess(world: World, specialist: str, family: FamilyStory, assessors: list[str], findings: dict[str, int]) -> Any:
    """A joint assessment by ICF: category, qualifier, tool (D2-21)."""
    body = {
        "tool": "observation",
        "assessors": [str(named_id("specialist", f"{family.region}/{user}")) for user in assessors],
        "findings": [{"category": category, "qualifier": value} for category, value in findings.items()],
    }
    return world.staff(specialist).post(f"/cases/case-files/{family.case_id}/assessments", body)


def recognise(world: World, specialist: str, family: FamilyStory) -> None:
    """Early-help eligibility is decided at this very appointment (D2-20)."""
    world.staff(specialist).post(f"/cases/case-files/{family.case_id}/eligibility", {"eligible": True})


def fix_team(world: World, specialist: str, family: FamilyStory, members: list[str]) -> None:
    """The specialists who stay with the family (D2-21)."""
    ids = [str(named_id("specialist", f"{family.region}/{user}")) for user in members]
    world.staff(specialist).post(f"/cases/case-files/{family.case_id}/team", {"specialist_ids": ids})


def early_help_programme(world: World, specialist: str, head: str, family: FamilyStory) -> Any:
    """An IPRP with goals in the family's words, agreed with the family, approved, versioned (D2-24)."""
    today = world.clock.now().date()
    body = {
        "kind": "iprp",
        "starts_on": today.isoformat(),
        "goals": [
            {
                "words": "Хотим, чтобы Миша сам держал ложку и ел вместе с нами",
                "routine": "feeding",
                "icf_category": "d550",
                "criterion": "Ест ложкой половину порции три раза из пяти",
                "due_on": (today + timedelta(days=90)).isoformat(),
            }
        ],
        "lines": [_line("psychologist_session", "organisation", 8), _line("family_consultation", "home", 4)],
    }
    drafted = world.staff(specialist).post(f"/cases/case-files/{family.case_id}/programmes", body)
    world.staff(specialist).post(f"/cases/programmes/{drafted['id']}/sign", {"form": "paper"})
    return world.staff(head).post(f"/cases/programmes/{drafted['id']}/approve")


def _line(service: str, mode: str, count: int) -> dict[str, Any]:
    return {
        "service": service,
        "mode": mode,
        "count": count,
        "periodicity": "1 раз в неделю",
        "content": "Занятие с ребёнком и родителем в повседневной ситуации",
        "result": "Родитель применяет приём дома сам",
    }


def held(world: World, specialist: str, family: FamilyStory) -> None:
    """The appointment took place."""
    appointment = family.facts["appointment"]["id"]
    world.staff(specialist).post(f"/scheduling/appointments/{appointment}/held")
