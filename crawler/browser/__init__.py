"""Pages that need a browser: a page the crawl has fetched is loaded in a Chromium that reaches no network."""
