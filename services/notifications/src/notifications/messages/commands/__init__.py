"""What the room can do: tell families, remind them, and let a person decide about what did not arrive."""
