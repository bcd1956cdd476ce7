"""Bulk intake: the same captures as a crawl leaves behind, made from files instead of the web."""
