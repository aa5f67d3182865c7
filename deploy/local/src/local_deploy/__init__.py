"""One command brings up the whole system on this computer."""
