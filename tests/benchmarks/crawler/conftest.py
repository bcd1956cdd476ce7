"""The little web that misbehaves, and the crawler set on it, as the tests of the crawler have them."""

from tests.crawler.conftest import crawler, crawls, web

__all__ = ["crawler", "crawls", "web"]
