"""The published language of Marshrut: events, ids, sealed values, the access policy and the work item. No I/O."""
