"""What can be done with extracts."""
