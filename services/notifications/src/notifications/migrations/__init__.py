"""Schema changes of the service."""
