"""One file per report: its row, its query, its title. `reports.catalogue` is the visible list."""
