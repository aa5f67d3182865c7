"""The published language: events, ids, sealed values and the access policy. No I/O."""
