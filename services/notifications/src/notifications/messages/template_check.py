"""Every template of every region is there and names only what it is given. Pure."""

from __future__ import annotations

from chassis.regions import Packs

from notifications.kinds import MessageKind
from notifications.messages.letter_data import FACTS
from notifications.messages.letter_data.base import MORNING
from notifications.messages.wording import Words
from notifications.pack import NotificationsPack, RegionPack, pack_of


def check_templates(packs: Packs) -> None:
    """Try every template with samples of all it may be given; raises `BrokenPackError`."""
    for region in packs.all(NotificationsPack):
        _check(pack_of(packs, region))


def _check(pack: RegionPack) -> None:
    words = Words(pack, pack.region.zone, {}, "Проверкина Проверка Проверовна", MORNING)
    pack.library.refuse_strangers()
    for kind in MessageKind:
        for sample in FACTS[kind].samples(pack):
            pack.library.check(kind, words.variables(sample))
