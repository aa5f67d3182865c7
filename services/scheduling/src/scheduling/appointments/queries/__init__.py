"""Free times and appointments."""
