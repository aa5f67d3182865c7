"""What is true of applications, and what may become of it."""
