"""The plan of a month: made, searched, accepted, published."""
