"""The read audit, person keys, sealed files."""
