"""What is true of outreach, and what may become of it."""
