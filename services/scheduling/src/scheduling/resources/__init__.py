"""Who and what can be booked, and when it is away."""
