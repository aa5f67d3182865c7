"""The ledger of messages: one row per recipient and message, and how it ended."""
