"""What can be done with enquiries, step by step."""
