"""Readings to plans: which columns are meant, joined how, at which grain."""
