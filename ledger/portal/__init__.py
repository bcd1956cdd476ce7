"""The ledger's web face: where a rights holder finds their works, and where anyone sees what was collected."""
