"""Appointments at an organisation; the first one within a week of the call."""
