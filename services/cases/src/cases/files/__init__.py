"""The personal file: opening, coordinator, first appointment, team."""
