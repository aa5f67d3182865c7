"""The personal file: people, assessments, programmes, delivered services."""
