"""The worklist of all rooms: several items to one person, in one request."""
