"""What can be asked about outreach."""
