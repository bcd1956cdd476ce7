"""Data at rest, and the way from a fetched page to a released shard."""
