"""Load, faults, history and oracle of the fault runs. Knows the system only from outside: HTTP, databases, bus."""
