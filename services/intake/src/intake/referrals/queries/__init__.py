"""What can be asked about referrals."""
