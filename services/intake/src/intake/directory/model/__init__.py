"""What is true of the directory, and what may become of it."""
