"""A web of Danish-looking pages, cheap to serve: `python -m tests.benchmarks.crawler.web PAGES HOSTS WORDS`.

It runs in a process of its own, so that its work is not counted as a crawler's. All answers are made beforehand and
sent as they are, to a crawler that takes the server for its proxy. The port is the one line on stdout.
"""

import asyncio
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]

MENU_LINKS, NEAR_LINKS, FAR_LINKS = 12, 3, 15
"""Links of a page: a menu that is the same on its host, children in a tree, and pages anywhere: about thirty."""

_COMMON = re.findall(
    r"\S+",
    "og i det at er en den til på som de med han af for ikke der var jeg sig men et har om vi havde hun nu",
)
_SYLLABLES = re.findall(
    r"\S+",
    "bø sta læ ri ko me vin ger hus dal mark skov by er en lig hed skab for be und æb le år ta ge sø fi nå",
)

NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nIkke her"
ROBOTS = "User-agent: *\nDisallow: /lukket/\nSitemap: http://{host}/kort.xml\n"


def hosts_of(number: int) -> list[str]:
    """The names of so many hosts."""
    return [f"v{host}.dk" for host in range(number)]


def urls(pages: int, hosts: int) -> list[str]:
    """The URL of each page; page 0 leads to all others."""
    return [
        f"http://v{number % hosts}.dk/{f'emne{number % 7}/side-{number}' if number else ''}" for number in range(pages)
    ]


def answers(pages: int, hosts: int, words: int) -> dict[bytes, bytes]:
    """Every answer of the web by its URL, `words` being the average length of a page's text.

    Besides, each host in the world has pages below `/emne0/` to `/emne9/`: these are found by that name.
    """
    dice = random.Random(pages)
    vocabulary = [*_COMMON * 20, *("".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(3000))]
    addresses = urls(pages, hosts)
    found = {
        f"http://v{host}.dk/robots.txt": reply(ROBOTS.format(host=f"v{host}.dk"), "text/plain") for host in range(hosts)
    }
    for number, url in enumerate(addresses):
        menu = [addresses[other] for other in range(number % hosts, pages, hosts)][:MENU_LINKS]
        near = [
            addresses[child] for child in range(NEAR_LINKS * number + 1, NEAR_LINKS * (number + 1) + 1) if child < pages
        ]
        far = dice.choices(addresses, k=dice.randint(FAR_LINKS // 2, 2 * FAR_LINKS))
        found[url] = reply(page(dice, vocabulary, [menu, [*near, *far]], dice.randint(words // 2, words * 3 // 2)))
    anywhere = {f"emne{number}": reply(page(dice, vocabulary, [[], []], words)) for number in range(10)}
    return {url.encode(): answer for url, answer in (found | anywhere).items()}


def page(dice: random.Random, vocabulary: list[str], links: list[list[str]], words: int) -> str:
    """One page: head, menu, article in paragraphs, related pages, footer."""
    title = " ".join(dice.choices(vocabulary, k=6)).capitalize()
    menu, related = (
        "".join(f'<li><a href="{link}" class="l">{dice.choice(vocabulary)}</a></li>\n' for link in part)
        for part in links
    )
    sentences = (" ".join(dice.choices(vocabulary, k=60)).capitalize() + "." for _ in range(max(words // 60, 1)))
    text = "".join(f"<p>{sentence}</p>\n" for sentence in sentences)
    return (
        f'<!doctype html>\n<html lang="da"><head><meta charset="utf-8"><title>{title}</title>\n'
        f'<meta name="description" content="{title}"><meta name="viewport" content="width=device-width">\n'
        f'<meta property="og:title" content="{title}"><link rel="stylesheet" href="/stil.css">\n'
        f"<style>body {{ font: 1rem serif }}</style><script>window.sted = 1;</script></head>\n"
        f'<body><header><nav class="menu"><ul>{menu}</ul></nav></header>\n<main><article><h1>{title}</h1>\n{text}'
        f"</article><aside><ul>{related}</ul></aside></main>\n<footer><p>Udgivet i Danmark.</p></footer></body></html>"
    )


def reply(body: str, kind: str = "text/html; charset=utf-8") -> bytes:
    """An answer with 200."""
    data = body.encode()
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


class Serving(asyncio.Protocol):
    """One connection, kept open; requests come one after the other, without bodies."""

    def __init__(self, found: dict[bytes, bytes]) -> None:
        self._found, self._head = found, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is asked for."""
        self._head += data
        while b"\r\n\r\n" in self._head:
            head, _, self._head = self._head.partition(b"\r\n\r\n")
            url = head.split(b" ", 2)[1]
            answer = self._found.get(url) or self._found.get(
                url[len("http://") :].partition(b"/")[2].partition(b"/")[0]
            )
            self._transport.write(answer or NOT_FOUND)


async def serve(found: dict[bytes, bytes]) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Serving(found), "127.0.0.1", 0, backlog=256)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def serving(pages: int, hosts: int, words: int) -> Iterator[str]:
    """The web in a process of its own; gives its address as a proxy's."""
    command = [sys.executable, "-m", "tests.benchmarks.crawler.web", *map(str, (pages, hosts, words))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


if __name__ == "__main__":
    asyncio.run(serve(answers(*map(int, sys.argv[1:]))))
