"""Who is asking, what the policy allows, and the row security made of it."""
