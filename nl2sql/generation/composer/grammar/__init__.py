"""Chunks to readings: a small grammar of English questions."""
