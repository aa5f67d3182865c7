"""Agencies' own systems: their credentials, their signed messages, and telling them how things stand."""
