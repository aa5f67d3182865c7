"""Who is who: organisations of the regions, staff, and what each of them may do."""
