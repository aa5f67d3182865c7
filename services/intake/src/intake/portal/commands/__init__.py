"""What can be done with questionnaires and changes of data."""
