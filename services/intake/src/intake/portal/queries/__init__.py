"""What can be asked about questionnaires and changes of data."""
