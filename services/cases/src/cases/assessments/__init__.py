"""Joint assessments by the International Classification of Functioning."""
