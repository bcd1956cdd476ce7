"""Observers of rights signals: one module a standard, each from bytes to statements."""
