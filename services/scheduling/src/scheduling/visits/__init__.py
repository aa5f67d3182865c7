"""Home visits: what is demanded for a child, who drives to whom, and when."""
