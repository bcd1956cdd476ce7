"""The ledger's schema, revision by revision; `ledger.migrate` runs it."""
