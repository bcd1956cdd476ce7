"""Scrapy's settings for one crawl: everything that listens, guesses or follows by itself is off."""

from typing import Any
from urllib.parse import urlsplit

from crawler.inflate import PAGE_BYTES_MAX
from crawler.job import Job

REQUESTS_AT_ONCE = 32
"""Requests under way at once, over all hosts: with full bodies 512 MiB."""

_MIDDLEWARES_OFF = (
    "offsite.OffsiteMiddleware",
    "robotstxt.RobotsTxtMiddleware",
    "httpauth.HttpAuthMiddleware",
    "retry.RetryMiddleware",
    "redirect.MetaRefreshMiddleware",
    "redirect.RedirectMiddleware",
    "cookies.CookiesMiddleware",
    "httpcompression.HttpCompressionMiddleware",
    "httpproxy.HttpProxyMiddleware",
    "stats.DownloaderStats",
    "httpcache.HttpCacheMiddleware",
)


def settings_for(job: Job) -> dict[str, Any]:
    """The settings of the process that crawls a job."""
    handler = "crawler.handler.GuardedHandler"
    return {
        "SCHEDULER": "crawler.scheduler.FrontierScheduler",
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler, "data": None, "file": None, "ftp": None, "s3": None},
        "DOWNLOADER_MIDDLEWARES": {
            **{f"scrapy.downloadermiddlewares.{name}": None for name in _MIDDLEWARES_OFF},
            "crawler.gate.Gate": 100,
            "crawler.unpack.Unpack": 590,
            "crawler.gate.Route": 750,
            "crawler.gate.Wait": 900,
        },
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "USER_AGENT": job.user_agent,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,application/pdf;q=0.9,*/*;q=0.5",
            "Accept-Language": "da, nb;q=0.5, en;q=0.3",
        },
        "TWISTED_DNS_RESOLVER": "crawler.guard.PublicResolver",
        "FODAFTRYK_PROXY_HOST": urlsplit(job.proxy).hostname or "",
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": job.limits.response_s_max,
        "DOWNLOAD_MAXSIZE": PAGE_BYTES_MAX,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_ITEMS": 1,  # pages are settled, none gives items: Scrapy would make a hundred idle tasks for each
        "CONCURRENT_REQUESTS": REQUESTS_AT_ONCE,
        "CONCURRENT_REQUESTS_PER_DOMAIN": REQUESTS_AT_ONCE,
        "COOKIES_ENABLED": False,
        "COMPRESSION_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "METAREFRESH_ENABLED": False,
        "REFERER_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "HTTPPROXY_ENABLED": False,
        "LOG_LEVEL": "WARNING",
        "STATS_DUMP": False,
    }
