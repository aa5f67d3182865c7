"""What can be done with applications."""
