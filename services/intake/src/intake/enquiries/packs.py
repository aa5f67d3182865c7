"""What the packs say of the journals of enquiries. Pure."""

from __future__ import annotations

from uuid import UUID

from chassis.regions import Packs
from chassis.settings import ServiceSettings
from contracts.identifiers import named_id

from intake.directory.pack import DirectoryPack
from intake.enquiries.pack import EnquiriesPack, Journal


def journal_of(packs: Packs, region: str, organisation_id: UUID) -> Journal | None:
    """The journal an organisation keeps."""
    journals = packs.of(EnquiriesPack, region).journals
    return next((journal for journal in journals if keeper(region, journal) == organisation_id), None)


def keeper(region: str, journal: Journal) -> UUID:
    """The organisation that keeps the journal."""
    return named_id("organisation", f"{region}/{journal.organisation}")


def organisation_title(packs: Packs, region: str, organisation_id: UUID) -> str:
    """As the directory names it; empty where it does not."""
    directory = packs.find(DirectoryPack, region)
    known = directory.organisations if directory else ()
    found = (o.title for o in known if named_id("organisation", f"{region}/{o.code}") == organisation_id)
    return next(found, "")


def question_url(settings: ServiceSettings, token: str) -> str:
    """The thread's own page. The token stands in the fragment, which browsers send to nobody."""
    return f"{settings.public_url.rstrip('/')}/question#{token}"
