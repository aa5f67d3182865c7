"""The one transaction, its context, the outbox and stored answers."""
