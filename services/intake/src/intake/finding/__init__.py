"""Families that were found: what is known of them, on which ground it may leave, what the packs say."""
