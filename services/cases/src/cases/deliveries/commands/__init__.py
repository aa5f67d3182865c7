"""Commands on delivered services: what visits bring, acts of urgent services, entries by hand."""
