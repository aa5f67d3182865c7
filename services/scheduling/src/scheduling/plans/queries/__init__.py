"""What can be asked about the plan of a month."""
