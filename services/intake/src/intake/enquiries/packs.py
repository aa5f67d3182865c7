"""The journals of this deployment, and the address families read their answers under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from uuid import UUID

from chassis.regions import load_packs
from chassis.work import Runtime
from contracts.identifiers import named_id
from fastapi import Depends, Request

from intake.deployment import region_unknown
from intake.directory.pack import DirectoryPack
from intake.enquiries.pack import EnquiriesPack, Journal


@dataclass(frozen=True, slots=True)
class Journals:
    packs: Mapping[str, EnquiriesPack]
    directories: Mapping[str, DirectoryPack]
    public_url: str

    def pack(self, region: str) -> EnquiriesPack:
        """The region's ``enquiries.yaml``; ``region_unknown`` where there is none."""
        try:
            return self.packs[region]
        except KeyError:
            raise region_unknown() from None

    def journal(self, region: str, organisation_id: UUID) -> Journal | None:
        """The journal an organisation keeps."""
        journals = self.pack(region).journals
        return next((j for j in journals if keeper(region, j) == organisation_id), None)

    def organisation_title(self, region: str, organisation_id: UUID) -> str:
        """As the directory names it; empty where it does not."""
        known = self.directories[region].organisations if region in self.directories else ()
        found = (o.title for o in known if named_id("organisation", f"{region}/{o.code}") == organisation_id)
        return next(found, "")

    def status_url(self, token: str) -> str:
        """The thread's own page. The token stands in the fragment, which browsers send to nobody."""
        return f"{self.public_url}/question#{token}"


def keeper(region: str, journal: Journal) -> UUID:
    """The organisation that keeps the journal."""
    return named_id("organisation", f"{region}/{journal.organisation}")


@lru_cache
def _packs(folder: Path) -> tuple[Mapping[str, EnquiriesPack], Mapping[str, DirectoryPack]]:
    return load_packs(folder, "enquiries", EnquiriesPack), load_packs(folder, "directory", DirectoryPack)


def journals(runtime: Runtime) -> Journals:
    """The journals a process was started for, read once. Raises `chassis.regions.BrokenPackError`."""
    packs, directories = _packs(runtime.settings.regions_dir)
    return Journals(packs, directories, runtime.settings.public_url.rstrip("/"))


def _of_request(request: Request) -> Journals:
    return journals(request.app.state.runtime)


JournalsDep = Annotated[Journals, Depends(_of_request)]
