"""The journal of enquiries: every question through every door, its term, its answer and its result."""
