"""The child, its representatives and family."""
