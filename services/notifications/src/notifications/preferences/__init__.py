"""How and when a family may be reached."""
