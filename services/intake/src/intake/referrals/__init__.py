"""What other agencies tell us of families, what we tell them, and extracts of IPRAs."""
