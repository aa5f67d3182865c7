"""Portal accounts and the children they are bound to."""
