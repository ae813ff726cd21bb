"""Northlight: a maker of subscription software in SQLite, 24 months of accounts, invoices, usage and support."""
