"""What a deployment has decided about finding families: two pack files, each left out where a region has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar

from chassis.errors import DomainError, Kind
from chassis.regions import BrokenPackError, load_packs
from chassis.work import Runtime
from fastapi import Depends, Request

from intake.applications.pack import IntakePack
from intake.finding.ladder_pack import OutreachPack
from intake.finding.referrals_pack import Named, ReferralsPack
from intake.particulars.ages import BandLimit


@dataclass(frozen=True, slots=True)
class Finding:
    """The packs of every region that finds families."""

    referrals: Mapping[str, ReferralsPack]
    outreach: Mapping[str, OutreachPack]
    intake: Mapping[str, IntakePack]

    def pack(self, region: str) -> ReferralsPack:
        """The region's ``referrals.yaml``; ``region_unknown`` where there is none."""
        return _known(self.referrals, region)

    def ladder(self, region: str) -> OutreachPack:
        """The region's ``outreach.yaml``; ``region_unknown`` where there is none."""
        return _known(self.outreach, region)

    def measures(self, region: str) -> tuple[Named, ...]:
        """The forms of help a referral may name; none where the region has no ladder."""
        return self.outreach[region].measures if region in self.outreach else ()

    def age_bands(self, region: str) -> tuple[BandLimit, ...]:
        """The age bands of the region's applications, or of its referrals where it takes no applications."""
        applications = self.intake.get(region)
        return applications.age_bands if applications else self.pack(region).age_bands


P = TypeVar("P", ReferralsPack, OutreachPack)


def _known(packs: Mapping[str, P], region: str) -> P:
    try:
        return packs[region]
    except KeyError:
        raise DomainError(
            "region_unknown",
            Kind.INVALID,
            ru="В этом регионе семьи так не ищут.",
            en="Families are not found this way in that region.",
            field="region",
        ) from None


@lru_cache
def packs(folder: Path) -> Finding:
    """The packs of a folder. Raises `chassis.regions.BrokenPackError`."""
    found = Finding(
        load_packs(folder, "referrals", ReferralsPack),
        load_packs(folder, "outreach", OutreachPack),
        load_packs(folder, "intake", IntakePack),
    )
    for region, pack in found.referrals.items():
        bands = found.age_bands(region)
        if not bands or bands[-1].years is not None:
            raise BrokenPackError(
                f"{region}/referrals.yaml: age_bands: needed without intake.yaml; the last has no end"
            )
        if region not in found.outreach and any(kind.opens_outreach for kind in pack.kinds):
            raise BrokenPackError(f"{region}/referrals.yaml: kinds: opens_outreach needs an outreach.yaml")
    return found


def finding(runtime: Runtime) -> Finding:
    """The packs of a process; read once."""
    return packs(runtime.settings.regions_dir)


def _of_request(request: Request) -> Finding:
    return finding(request.app.state.runtime)


FindingDep = Annotated[Finding, Depends(_of_request)]
