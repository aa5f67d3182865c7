"""What is true of questionnaires and changes of data, and what may become of it."""
