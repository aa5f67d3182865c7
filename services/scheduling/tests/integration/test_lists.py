"""Lists: one page form, dates and holders to narrow them, titles beside ids."""

from __future__ import annotations

from scheduling.testing import World


async def test_every_list_comes_in_pages_that_a_cursor_continues(world: World) -> None:
    head = await world.head()
    for path, many in (("/specialists", 4), ("/vehicles", 2)):
        whole = (await head.get(path, params={"with_total": True})).json()
        assert (len(whole["items"]), whole["total"], whole["next_cursor"]) == (many, many, None)
        first = (await head.get(path, params={"limit": 1})).json()
        rest = (await head.get(path, params={"cursor": first["next_cursor"]})).json()
        assert first["items"] + rest["items"] == whole["items"]
    for path in ("/points", "/brigades", "/sync-conflicts"):
        assert set((await head.get(path)).json()) == {"items", "next_cursor", "total"}
