"""Schema of the scheduling database."""
