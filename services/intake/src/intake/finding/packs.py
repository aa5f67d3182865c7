"""What the pack files of finding families say together. Pure."""

from __future__ import annotations

from chassis.regions import BrokenPackError, Packs

from intake.applications.pack import IntakePack
from intake.finding.ladder_pack import OutreachPack
from intake.finding.referrals_pack import Named, ReferralsPack
from intake.particulars.ages import BandLimit


def measures_of(packs: Packs, region: str) -> tuple[Named, ...]:
    """The forms of help a referral may name; none where the region has no ladder."""
    ladder = packs.find(OutreachPack, region)
    return ladder.measures if ladder else ()


def age_bands_of(packs: Packs, region: str) -> tuple[BandLimit, ...]:
    """The age bands of the region's applications, or of its referrals where it takes no applications."""
    applications = packs.find(IntakePack, region)
    return applications.age_bands if applications else packs.of(ReferralsPack, region).age_bands


def check_packs(packs: Packs) -> None:
    """What must hold between the files of one region; raises `BrokenPackError`."""
    for region, pack in packs.all(ReferralsPack).items():
        bands = age_bands_of(packs, region)
        if not bands or bands[-1].years is not None:
            raise BrokenPackError(
                f"{region}/referrals.yaml: age_bands: needed without intake.yaml; the last has no end"
            )
        if packs.find(OutreachPack, region) is None and any(kind.opens_outreach for kind in pack.kinds):
            raise BrokenPackError(f"{region}/referrals.yaml: kinds: opens_outreach needs an outreach.yaml")
