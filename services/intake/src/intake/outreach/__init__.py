"""Families that were found, and the ladder of contact: phone, visit, post."""
