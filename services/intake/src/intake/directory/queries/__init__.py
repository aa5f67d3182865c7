"""What can be asked about the directory."""
