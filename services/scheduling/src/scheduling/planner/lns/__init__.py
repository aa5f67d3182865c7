"""Own large-neighbourhood search, compiled by numba. Import only in a worker: it loads numba."""
