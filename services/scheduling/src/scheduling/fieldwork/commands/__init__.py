"""What a device brings back, and what follows from it."""
