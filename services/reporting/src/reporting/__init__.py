"""What can be counted: projections, reports and their recount."""
