"""Faults injected for real into the whole deployment while questions are being asked: `make test-faults`."""
