"""A little internet in a network of its own, to see what of its inside a crawl without a proxy reaches.

`unshare --net --mount python -m tests.benchmarks.crawler.inside FOLDER` gives the loopback of an empty network some
addresses more: one of the public internet, where a hostile site is, and several of the inside, where listeners count
whatever arrives. A name server of our own answers for all names, in a resolv.conf of our own. Nothing is replaced in
the crawler: it resolves, connects and is guarded as it is on the web. The last line on stdout is what was counted.
"""

import asyncio
import fcntl
import json
import socket
import struct
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.benchmarks.crawler.runs import run, write_job
from tests.benchmarks.crawler.web import NOT_FOUND, reply

PUBLIC = "11.22.33.44"
INSIDE = ("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "::1")
PORTS = (80, 443, 8080)

PROBES = (
    *("http://localhost/", "http://LOCALHOST./", "http://a.localhost/", "http://localhost.localdomain/"),
    *("http://127.0.0.1/", "http://127.0.0.1:8080/", "https://127.0.0.1/", "http://127.1/", "http://127.0.0.1./"),
    *("http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/"),
    *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::]/", "http://[::1]:8080/"),
    *("http://0.0.0.0/", "http://0/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://a/"),
    *(
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://127。0。0。1/",
        "http://１２７.0.0.1/",
    ),
    *("http://①②⑦.0.0.1/", "http://%31%32%37.0.0.1/", "http://bruger:kode@127.0.0.1/", "http://ude.dk@127.0.0.1/"),
    *("http://ude.dk:80@127.0.0.1/", "http://127.0.0.1#@ude.dk/", "http://127.0.0.1\\@ude.dk/", "//127.0.0.1/"),
    *("file:///etc/passwd", "data:text/html,hej", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "\thttp://127.0.0.1/"),
    *("http://metadata.google.internal/", "http://nas.local/", "http:127.0.0.1", "http:///127.0.0.1/"),
)
"""Ways to write what is inside."""

NAMES = {
    "ude.dk": [PUBLIC],
    "ind.dk": ["127.0.0.1"],
    "ti.dk": ["10.0.0.1"],
    "sky.dk": ["169.254.169.254"],
    "nul.dk": ["0.0.0.0"],
    "begge.dk": ["127.0.0.1", PUBLIC],
}
"""What names resolve to; each is a host of the crawl and a seed."""

TURNING = ("vend.dk", "vend2.dk")
"""Names that resolve to the public address once, and to loopback ever after."""


def main(folder: Path) -> None:
    """Set the network up, crawl twice, and print what was counted."""
    _give_addresses((PUBLIC, *INSIDE))
    resolver = folder / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    subprocess.run(["mount", "--bind", str(resolver), "/etc/resolv.conf"], check=True)
    asyncio.run(_measure(folder))


async def _measure(folder: Path) -> None:
    """Serve in this thread, and crawl in another's child."""
    loop, counted = asyncio.get_running_loop(), Counter[str]()
    await loop.create_datagram_endpoint(lambda: Naming(counted), local_addr=("127.0.0.1", 53))
    await asyncio.start_server(lambda *ends: _public(*ends, counted=counted), PUBLIC, 80)
    for address in INSIDE:
        for port in PORTS:
            await asyncio.start_server(lambda *ends: _inside(*ends, counted=counted), address, port)
    for address in INSIDE:  # what does not count at all would count 0
        _, writer = await asyncio.open_connection(address, PORTS[0])
        writer.close()
        await writer.wait_closed()
    listening, counted["reached"] = counted["reached"], 0
    hosts = [*NAMES, *TURNING, *(f"r{number}.dk" for number in range(len(PROBES)))]
    seeds = [f"http://{host}{path}" for host in hosts for path in ("/", "/to")]
    wishes = {"seeds": seeds, "sitemaps": ["http://ude.dk/kort.xml"]}
    codes = []
    for pages_max in (len(hosts), 10_000):  # two processes, so that no name is remembered from the first
        limits = {"pages_max": pages_max, "response_s_max": 5}
        job = write_job(folder / "crawl", "", hosts, **wishes, limits=limits)
        codes.append((await asyncio.to_thread(run, "crawler", str(job))).code)
    print(json.dumps({"listeners": listening, "codes": codes, **counted}))  # noqa: T201 - a program of its own


class Naming(asyncio.DatagramProtocol):
    """A name server for A records: all names are public that are not said to be otherwise, and none is remembered."""

    def __init__(self, counted: Counter[str]) -> None:
        self._counted = counted

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question."""
        labels, at = [], 12
        while data[at]:
            labels.append(data[at + 1 : at + 1 + data[at]].decode("latin-1"))
            at += 1 + data[at]
        question, (kind,) = data[12 : at + 5], struct.unpack("!H", data[at + 1 : at + 3])
        name = ".".join(labels).lower()
        self._counted[f"asked for {name}"] += kind == 1 and name in TURNING
        found = self._addresses(name) if kind == 1 else []
        records = b"".join(b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 0, 4) + socket.inet_aton(each) for each in found)
        head = data[:2] + struct.pack("!HHHHH", 0x8180, 1, len(found), 0, 0)
        self._transport.sendto(head + question + records, addr)

    def _addresses(self, name: str) -> list[str]:
        if name in TURNING:
            return [PUBLIC] if self._counted[f"asked for {name}"] == 1 else ["127.0.0.1"]
        return NAMES.get(name, [PUBLIC])


async def _inside(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: Counter[str]) -> None:
    """Count an arrival, and be as hospitable as a router's page."""
    counted["reached"] += 1
    await reader.read(1)
    writer.write(reply("<p>hemmelig</p>"))
    writer.close()


async def _public(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, counted: Counter[str]) -> None:
    """Answer one request of the hostile site."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    path = head.split(" ")[1]
    host = next(line.partition(":")[2].strip() for line in head.split("\r\n") if line.lower().startswith("host:"))
    counted["asked of the public site"] += 1
    writer.write(_hostile(host, path).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
    await writer.drain()
    writer.close()


def _hostile(host: str, path: str) -> bytes:
    """What the site answers: every probe as link, frame, refresh, licence, sitemap entry and redirect."""
    if path == "/robots.txt":
        number = host.removeprefix("r").removesuffix(".dk")
        if number.isdigit():
            return _redirect(PROBES[int(number)])
        sitemaps = "".join(f"Sitemap: {probe}\nLicense: {probe}\n" for probe in PROBES)
        return reply(f"{sitemaps}User-agent: *\nAllow: /\nSitemap: http://{host}/kort.xml\n", "text/plain")
    if path == "/kort.xml":
        places = "".join(f"<url><loc>{probe}</loc></url><sitemap><loc>{probe}</loc></sitemap>" for probe in PROBES)
        return reply(f"<urlset>{places}<url><loc>http://{host}/fra-kort</loc></url></urlset>", "application/xml")
    if path.startswith("/videre/") and (number := path.rpartition("/")[2]).isdigit():
        return _redirect([*PROBES, *(f"http://{name}/x" for name in NAMES if name != "ude.dk")][int(number)])
    if path.startswith("/.well-known/") or path.endswith(".txt"):
        return _redirect(PROBES[len(host + path) % len(PROBES)]) if host == "begge.dk" else NOT_FOUND
    return reply(f"<!doctype html><html lang=da><head>{_heads()}</head><body><p>{host} {path}</p>{_links(host)}</body>")


def _heads() -> str:
    return "".join(
        f'<link rel="canonical" href="{probe}"><link rel="alternate" hreflang="en" href="{probe}">'
        f'<link rel="license" type="application/rsl+xml" href="{probe}">'
        f'<meta http-equiv="refresh" content="0; url={probe}">'
        for probe in PROBES
    )


def _links(host: str) -> str:
    hops = range(len(PROBES) + len(NAMES) - 1)
    redirects = "".join(f'<a href="http://{host}/videre/{number}">videre</a>' for number in hops)
    return redirects + "".join(f'<a href="{probe}">her</a><iframe src="{probe}"></iframe>' for probe in PROBES)


def _redirect(target: str) -> bytes:
    head = f"HTTP/1.1 302 Found\r\nLocation: {target.strip()}\r\nContent-Length: 0\r\n\r\n"
    return head.encode("utf-8")


def _give_addresses(addresses: tuple[str, ...]) -> None:
    """Wake the loopback of this network, and give it IPv4 addresses under names of their own."""
    up, set_address, set_flags = 0x1 | 0x40, 0x8916, 0x8914  # IFF_UP | IFF_RUNNING, SIOCSIFADDR, SIOCSIFFLAGS
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, set_flags, struct.pack("16sH14x", b"lo", up))
        for number, address in enumerate(each for each in addresses if ":" not in each and each != "127.0.0.1"):
            place = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
            fcntl.ioctl(control, set_address, struct.pack("16s16s", f"lo:{number}".encode(), place))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
