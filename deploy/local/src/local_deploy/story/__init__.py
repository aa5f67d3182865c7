"""The main story, played through the gateway by invented people: what `make run` shows and `tests/e2e` checks."""
