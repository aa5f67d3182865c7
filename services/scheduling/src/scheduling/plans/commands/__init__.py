"""What can be done with the plan of a month."""
