"""The planner against published values and other solvers."""
