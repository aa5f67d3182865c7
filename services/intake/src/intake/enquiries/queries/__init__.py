"""What can be asked about enquiries."""
