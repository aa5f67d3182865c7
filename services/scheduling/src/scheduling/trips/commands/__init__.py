"""What can be done with a brigade's day at a point."""
