"""Bean There: a coffee chain in PostgreSQL, two schemas, 24 months of orders, the same on every run."""
