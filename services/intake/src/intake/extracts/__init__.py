"""Extracts of IPRAs: imported, put on the ladder, and sent back executed."""
