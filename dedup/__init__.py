"""Texts in, keepers out: MinHash signatures, candidates, verified clusters."""
