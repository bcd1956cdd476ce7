"""The bare spider our crawler is measured against: Scrapy as it comes, following every link: `python -m … SEED`."""

import sys
from collections.abc import Iterator

import scrapy
from scrapy import Request
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

from crawler.settings import REQUESTS_AT_ONCE


class BareSpider(scrapy.Spider):
    """Asks for what pages link to, once each, and keeps nothing."""

    name = "bare"

    def parse(self, response: Response) -> Iterator[Request]:
        """Follow every link."""
        for address in response.css("a::attr(href)").getall():
            yield response.follow(address)


def main(seed: str) -> None:
    """Crawl with as many requests at once as ours; prints how many pages came."""
    BareSpider.start_urls = [seed]
    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": REQUESTS_AT_ONCE,
            "CONCURRENT_REQUESTS_PER_DOMAIN": REQUESTS_AT_ONCE,
            "DOWNLOAD_DELAY": 0,
            "LOG_LEVEL": "WARNING",
            "ROBOTSTXT_OBEY": False,
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(BareSpider)
    process.crawl(crawler)
    process.start()
    sys.stdout.write(f"{crawler.stats.get_value('response_received_count')}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
