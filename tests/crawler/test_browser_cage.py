"""A page in the browser has no network, no disk and no time but what it is given, and costs nobody but itself."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.crawler.little_web import (
    NO_CHROMIUM,
    RUN_S_MAX,
    SHOW,
    Crawler,
    LittleWeb,
    article,
    data,
    endless,
    reply,
    script,
    shell,
    story,
)

pytestmark = NO_CHROMIUM


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait for something that comes by itself."""
    end = time.monotonic() + RUN_S_MAX
    while not holds():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def descendants(pid: int) -> set[int]:
    """The processes below one."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return set(children).union(*map(descendants, children))


def arguments(pid: int) -> list[str]:
    """What a process was started with."""
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


@contextmanager
def listening(reached: list[bytes]) -> Iterator[int]:
    """A port of loopback, on TCP and UDP, that notes whatever comes to it."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        port = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
        yield port
        for each in (tcp, udp):
            each.settimeout(0)
            with suppress(BlockingIOError):
                reached.append(tcp.accept()[0].recv(99) if each is tcp else udp.recv(99))


TRIES = """
for (const url of %s) try {
  const got = await (await fetch(url)).text(); document.querySelector('main').append(got);
} catch {}
const port = %d, inside = `127.0.0.1:${port}`;
new WebSocket(`ws://${inside}/`); new WebSocket('ws://a.dk/ws'); new EventSource('/strøm');
navigator.sendBeacon('/fyr', 'x'); fetch('/post', {method: 'POST', body: 'x'}).catch(() => {});
new Image().src = '/billede.png'; new Worker('/arbejder.js'); new FontFace('x', 'url(/skrift)').load().catch(() => {});
navigator.serviceWorker?.register('/sw.js').catch(() => {});
const peer = new RTCPeerConnection({iceServers: [{urls: `stun:${inside}`}]});
peer.createDataChannel('x'); peer.createOffer().then(offer => peer.setLocalDescription(offer));
for (const [tag, key, url] of [['iframe', 'src', '/ramme'], ['iframe', 'src', `http://${inside}/`],
  ['object', 'data', '/ting'], ['video', 'src', '/film'], ['link', 'href', '/forud'], ['embed', 'src', '/ting2']]) {
  const made = document.createElement(tag); made.rel = 'prefetch'; made[key] = url; document.body.append(made);
}
const download = document.createElement('a'); download.href = '/fil.zip'; download.download = 'x'; download.click();
open('/nyt-vindue'); open(`http://${inside}/`);
location.href = '/ledt-hen';
"""


def test_pages_get_nothing_but_what_they_may_have(crawler: Crawler, web: LittleWeb) -> None:
    """A page gets scripts and data of its source's hosts that robots.txt allows, and reaches nobody else."""
    reached: list[bytes] = []
    with listening(reached) as port:
        inside = [f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", "http://169.254.169.254/latest/"]
        inside += [f"http://[::1]:{port}/", f"http://2130706433:{port}/", "file:///etc/passwd", "chrome://version/"]
        gets = [
            "http://a.dk/ja",
            "http://cdn.dk/ja",
            "http://a.dk/nej/x",
            "http://b.dk/x",
            "http://a.dk/videre",
            *inside,
        ]
        web.pages = {
            "http://a.dk/robots.txt": reply("User-agent: *\nDisallow: /nej", Content_Type="text/plain"),
            "http://a.dk/": shell(
                head=f'<link rel=stylesheet href=/stil.css><link rel=icon href="http://127.0.0.1:{port}/">'
            ),
            "http://a.dk/app.js": script(TRIES % (json.dumps(gets), port)),
            "http://a.dk/ja": data("ja1"),
            "http://cdn.dk/ja": data("ja2", Access_Control_Allow_Origin="*"),
            "http://a.dk/videre": reply(status=302, Location=f"http://127.0.0.1:{port}/"),
            "http://a.dk/stil.css": reply("main { color: red }", Content_Type="text/css"),
        }
        crawled = crawler.run(rendering={"hosts": ["cdn.dk"]})
    assert crawled.code == 0, crawled.log
    assert crawled.texts()["http://a.dk/"].count("ja") == 2
    fetched = {url for url in web.urls if not url.endswith((".txt", ".json", ".xml")) and "well-known" not in url}
    given, links = {"app.js", "stil.css", "ja", "videre"}, {"ledt-hen", "ramme", "fil.zip"}
    assert fetched == {f"http://a.dk/{path}" for path in {""} | given | links} | {"http://cdn.dk/ja"}
    assert not reached
    assert crawled.report["resources"] == 5
    assert set(crawled.outcomes()) == {f"http://a.dk/{path}" for path in {""} | links}, "it is led to links, not there"


def test_a_page_that_breaks_the_browser_costs_only_itself(crawler: Crawler, web: LittleWeb) -> None:
    """An endless script, one that eats all memory and one that asks for ever each cost at most their own page."""
    web.pages = {
        "http://a.dk/": article(story("forside"), "/1-uden-ende", "/2-uden-hukommelse", "/3-spørger", "/4-god"),
        "http://a.dk/1-uden-ende": shell("/ende.js"),
        "http://a.dk/ende.js": endless(),
        "http://a.dk/2-uden-hukommelse": shell("/hukommelse.js"),
        "http://a.dk/hukommelse.js": reply(
            "const all = []; for (;;) all.push(new Array(1e6).fill(all.length + .5));", Content_Type="text/javascript"
        ),
        "http://a.dk/3-sp%C3%B8rger": shell("/evig.js"),
        "http://a.dk/evig.js": script(SHOW + "alert('hej'); setInterval(() => fetch('/tekst'), 50);"),
        "http://a.dk/tekst": data(story("spørger")),
        "http://a.dk/4-god": shell("/god.js"),
        "http://a.dk/god.js": script(SHOW),
    }
    crawled = crawler.run(rendering={"seconds_max": 3})
    assert crawled.code == 0, crawled.log
    outcomes = crawled.outcomes()
    assert outcomes.pop("http://a.dk/1-uden-ende") == "render_timeout"
    assert outcomes.pop("http://a.dk/2-uden-hukommelse") in {"render_failed", "render_timeout"}, "whichever is first"
    assert set(outcomes.values()) == {"captured"}
    assert web.urls.count("http://a.dk/tekst") == 1


def test_the_browser_dies_with_the_crawl(crawler: Crawler, web: LittleWeb) -> None:
    """After a kill -9 of the crawl nothing of the browser is left, be its page's script endless."""
    web.pages = {"http://a.dk/": shell(), "http://a.dk/app.js": endless()}
    crawl = crawler.start(rendering={"seconds_max": 60}, user_agent_url="https://fodaftryk.example/dræb")
    wait_until(lambda: "http://a.dk/app.js" in web.urls)
    family = descendants(crawl.pid)
    profiles = {argument for pid in family for argument in arguments(pid) if argument.startswith("--user-data-dir=")}
    assert len(family) > 3
    assert len(profiles) == 1
    crawl.send_signal(signal.SIGKILL)
    crawl.communicate()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    wait_until(lambda: not Path(profiles.pop().partition("=")[2]).exists() if profiles else True)


def test_a_crawl_told_to_stop_while_a_page_is_rendered_stops(crawler: Crawler, web: LittleWeb) -> None:
    """SIGTERM ends a crawl whose page hangs in the browser; the page is pending, and nothing of it is kept."""
    web.pages = {"http://a.dk/": shell(), "http://a.dk/app.js": endless()}
    crawl = crawler.start(rendering={"seconds_max": 60})
    wait_until(lambda: "http://a.dk/app.js" in web.urls)
    crawl.send_signal(signal.SIGTERM)
    crawled = crawler.finish(crawl)
    assert crawled.code == 3, crawled.log
    assert crawled.outcomes() == {"http://a.dk/": "interrupted"}
    assert not crawled.report["made_of_warcs"]


def test_without_a_browser_the_crawl_says_what_to_install(crawler: Crawler) -> None:
    """A source that is rendered is not crawled without Chromium, and the message says how to get it."""
    crawled = crawler.run(rendering={"chromium": "/findes/ikke/chromium"})
    assert crawled.code == 1
    assert "apt-get install chromium" in crawled.log
