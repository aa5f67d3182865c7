"""Schema revisions of the service; the environment is the chassis's."""
