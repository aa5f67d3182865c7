"""The test bed: servers, databases, running services, the access matrix. Never a run-time dependency."""
