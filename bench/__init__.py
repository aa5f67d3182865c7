"""`make bench`: what the platform costs, side by side with peers and limits."""
