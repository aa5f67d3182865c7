"""What is true of referrals, and what may become of it."""
