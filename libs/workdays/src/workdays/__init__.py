"""The production calendar: add working days, and explain the date. Pure."""
