"""The guard: no spelling, no name and no connection leads to an address of the inside."""

import ipaddress
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.address import IPv4Address

from crawler.guard import InsideAddressError, is_public
from crawler.handler import GuardedFactory
from crawler.urls import canonical
from tests.crawler.little_web import Crawler, LittleWeb, article

INSIDE_URLS = [
    *(
        "http://localhost/",
        "http://LOCALHOST./",
        "http://a.localhost/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://0/",
    ),
    *("http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/"),
    *(
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[fe80::1%25eth0]/",
        "http://[::]/",
    ),
    *("http://１２７.0.0.1/", "http://127。0。0。1/", "http://①②⑦.0.0.1/", "http://127.0.0.1.:80/", "http://1.1.1.1/"),
    *(
        "http://169.254.169.254/latest/",
        "http://metadata.google.internal/",
        "http://printer.local/",
        "http://intranet/",
    ),
    *("http://bruger:kode@a.dk/", "http://a.dk@127.0.0.1/", "http://a.dk:80@127.0.0.1/", "http://127.0.0.1#@a.dk/"),
    *(
        "file:///etc/passwd",
        "data:text/html,hej",
        "ftp://a.dk/",
        "gopher://a.dk/",
        "javascript:1",
        "http:///",
        "http://",
    ),
    *(
        "http://a..dk/",
        "http://-a.dk/",
        "http://a.dk:99999/",
        "http://[a.dk/",
        "http://%31%32%37.0.0.1/",
        "http://a_b/",
    ),
]


@pytest.mark.parametrize("url", INSIDE_URLS)
def test_a_url_of_the_inside_has_no_canonical_spelling(url: str) -> None:
    """However an address or a name of the inside is spelled, it cannot enter the frontier."""
    assert canonical(url) == ""


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_no_host_in_any_base(address: ipaddress.IPv4Address) -> None:
    """Dotted, decimal, octal, hexadecimal and mapped spellings of every IPv4 address are refused."""
    number = int(address)
    spellings = (address, number, hex(number), f"0{number:o}", f"[::ffff:{address}]", f"[{address}]", f"{address}.")
    assert [canonical(f"http://{spelling}/") for spelling in spellings] == [""] * 7


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1"),
        *("::ffff:127.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00::", "ff02::1", "fe80::1%eth0", "intet", ""),
    ],
)
def test_an_address_of_the_inside_is_not_public(address: str) -> None:
    """Private, local, mapped, tunnelled, reserved and multicast addresses, and what is none, are refused."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "193.163.102.58", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    """Ordinary addresses are let through."""
    assert is_public(address)


def test_a_connection_to_the_inside_is_dropped() -> None:
    """A connection that arrived at loopback gets no protocol, unless it is the operator's proxy."""
    address = IPv4Address("TCP", "127.0.0.1", 80)
    with pytest.raises(InsideAddressError):
        GuardedFactory(lambda _: None, "", proxied=False).buildProtocol(address)
    assert GuardedFactory(lambda _: None, "", proxied=True).buildProtocol(address) is not None
    assert GuardedFactory(lambda _: None, "", proxied=False).buildProtocol(IPv4Address("TCP", "1.1.1.1", 80))


RESOLVE = """
import sys
from twisted.internet import reactor
from crawler.guard import PublicResolver
resolver = PublicResolver(reactor, 10, 5)
resolver.trusted = frozenset(sys.argv[2:])
found = resolver.getHostByName(sys.argv[1])
found.addBoth(lambda result: (print(getattr(result, "type", result)), reactor.stop()))
reactor.run()
"""


@pytest.mark.parametrize(("trusted", "answer"), [([], "InsideAddressError"), (["localhost"], "127.0.0.1")])
def test_a_name_that_resolves_to_the_inside_is_refused(trusted: list[str], answer: str) -> None:
    """The process's resolver gives out no address of the inside, but for the proxy's name."""
    command = [sys.executable, "-c", RESOLVE, "localhost", *trusted]
    root = Path(__file__).parents[2]
    out = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True, cwd=root).stdout
    assert answer in out


def test_the_guard_is_in_place_in_a_crawl(web: LittleWeb, crawler: Crawler) -> None:
    """In a crawl without a proxy the resolver of the whole process is the guarded one."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom scrapy.crawler import AsyncCrawlerProcess\n"
        "from crawler.job import from_json\nfrom crawler.settings import settings_for\n"
        "process = AsyncCrawlerProcess(settings_for(from_json(Path(sys.argv[1]).read_text())))\n"
        "process._setup_reactor(False)\nfrom twisted.internet import reactor\n"
        "print(type(reactor.nameResolver._simpleResolver).__name__)\n"
    )
    command = [sys.executable, "-c", script, str(crawler.job(proxy=""))]
    out = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=Path(__file__).parents[2])
    assert out.stdout.strip() == "PublicResolver"
    assert web.asked == []


def test_pages_that_link_inside_lead_nowhere(web: LittleWeb, crawler: Crawler) -> None:
    """A page full of links to the inside, on a host of the job, causes no request beyond its own host."""
    web.pages = {"http://a.dk/": article("forside", *(url for url in INSIDE_URLS if '"' not in url))}
    crawler.run()
    assert {url.split("/")[2] for url in web.urls} == {"a.dk"}
