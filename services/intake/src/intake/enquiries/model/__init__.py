"""What is true of enquiries, and what may become of it."""
