"""The event path: backlog rate and latency, against the naive path and the consumer's database alone."""
