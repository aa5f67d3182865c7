"""Schema revisions of reporting."""
