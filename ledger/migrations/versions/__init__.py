"""One file for each revision of the schema; a released revision is never edited."""
