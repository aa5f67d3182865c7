"""Terms that are about to pass, or have: shown to those who can still act, and then to their superiors too."""
