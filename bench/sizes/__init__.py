"""Intake at its full size: 100,000 people, 1,000,000 journal entries, imports of 25,000 extracts (issue 4, «Sizes»)."""
