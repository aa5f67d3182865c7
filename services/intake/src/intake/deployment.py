"""What this deployment has decided: the packs of its regions and the address people reach it under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from chassis.errors import DomainError, Kind
from chassis.regions import load_packs
from chassis.work import Runtime
from fastapi import Depends, Request

from intake.applications.pack import IntakePack


@dataclass(frozen=True, slots=True)
class Deployment:
    packs: Mapping[str, IntakePack]
    public_url: str

    def pack(self, region: str) -> IntakePack:
        """The region's ``intake.yaml``; ``region_unknown`` where there is none."""
        try:
            return self.packs[region]
        except KeyError:
            raise region_unknown() from None

    def status_url(self, token: str) -> str:
        """The family's own page. The token stands in the fragment, which browsers send to nobody."""
        return f"{self.public_url}/status#{token}"


@lru_cache
def _packs(folder: Path) -> Mapping[str, IntakePack]:
    return load_packs(folder, "intake", IntakePack)


def deployment(runtime: Runtime) -> Deployment:
    """The deployment a process was started for; its packs are read once. Raises `chassis.regions.BrokenPack`."""
    return Deployment(_packs(runtime.settings.regions_dir), runtime.settings.public_url.rstrip("/"))


async def _of_request(request: Request) -> Deployment:
    return deployment(request.app.state.runtime)


DeploymentDep = Annotated[Deployment, Depends(_of_request)]


def region_unknown() -> DomainError:
    return DomainError(
        "region_unknown",
        Kind.INVALID,
        ru="Такого региона здесь нет.",
        en="This region is not served here.",
        field="region",
    )
