"""What can be done with enquiries."""
