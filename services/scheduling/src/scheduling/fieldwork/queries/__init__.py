"""What a brigade takes along, and what waits to be decided."""
