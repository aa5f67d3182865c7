"""Home visits, remote sessions and brigade trips: demand, plan, publication."""
