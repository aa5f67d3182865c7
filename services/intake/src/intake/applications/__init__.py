"""The early-help application: from the public form to the service that accepts the family."""
