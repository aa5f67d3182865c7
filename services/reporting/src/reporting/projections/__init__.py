"""Events become read tables: what can be counted, and nothing else. Ids, codes, numbers and dates only."""
