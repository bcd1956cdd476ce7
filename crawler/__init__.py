"""Fetching, politely, and only what we may."""
