"""What can be done with agencies' systems."""
