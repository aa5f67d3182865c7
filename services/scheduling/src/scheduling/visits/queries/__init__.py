"""What can be asked about visits."""
