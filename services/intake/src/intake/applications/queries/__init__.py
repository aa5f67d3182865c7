"""What can be asked about applications."""
