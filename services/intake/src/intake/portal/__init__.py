"""The family portal: questionnaires, requests to change data, preferences, the own export."""
