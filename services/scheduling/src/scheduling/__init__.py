"""Who is where, when: appointments, trips, the planner and fieldwork."""
