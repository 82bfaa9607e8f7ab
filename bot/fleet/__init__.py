"""Several processes with one PostgreSQL: who holds which backend, who shows what, and how each knows of the others."""
