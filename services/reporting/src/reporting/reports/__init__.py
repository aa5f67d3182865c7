"""Reports over the read tables: as JSON to read on, as XLSX to hand on."""
