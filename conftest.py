"""How a run is shared out between two processes: a module stays together, and so does what needs the whole system."""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

WHOLE_SYSTEM = ("tests/e2e/", "tests/faults/")


class WholeModules(LoadScopeScheduling):
    """Hands out whole modules: their databases are made once.

    The marks of ``--dist loadgroup`` are not used: pytest-xdist 3.8 writes them where pytest 9.2 no longer looks.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "system" if nodeid.startswith(WHOLE_SYSTEM) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeModules:
    """Take the place of ``--dist``; the order is ours, not that of the number of tests."""
    config.option.loadscopereorder = False
    return WholeModules(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole system first: it is the longest piece, and one process is enough for all the rest meanwhile."""
    items.sort(key=lambda item: not item.nodeid.startswith(WHOLE_SYSTEM))
