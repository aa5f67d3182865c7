"""Call backs that are about to be late, or are: shown to those who can still help (D2-17)."""
