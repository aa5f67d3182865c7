"""The card of a personal file, composed from what the rooms below know of the family."""
