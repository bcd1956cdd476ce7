"""Prices asked in answers: HTTP 402 with `crawler-price` or a body of payment requirements, and RSL's 401."""

from corpus.captures import Capture
from crawler.observe.evidence import Seen, statement
from ledger.signals import Mechanism, RightsSignal, Verdict

_PRICE_HEADERS = ("crawler-price", "crawler-error", "crawler-charged", "payment-required", "www-authenticate")
_BODY_CHARS_MAX = 300
"""Of an x402 body, enough to show price and currency."""


def statements(capture: Capture) -> tuple[RightsSignal, ...]:
    """A reservation that names its price when the answer asks for payment or a licence; nothing otherwise."""
    wants_licence = capture.status == 401 and _scheme(capture) == "license"
    price = capture.header("crawler-price").strip()
    if capture.status != 402 and not wants_licence and not price:
        return ()
    headers = [f"{name}: {value}" for name, value in capture.headers if name.lower() in _PRICE_HEADERS]
    body = capture.payload[:_BODY_CHARS_MAX].decode("utf-8", "replace") if not price else ""
    raw = "; ".join((f"HTTP {capture.status}", *headers, *([body] if body else [])))
    label = "license" if wants_licence else "crawler-price"
    return (statement(Mechanism.PAYMENT, Verdict.RESERVED, (label, price), raw, Seen.on(capture).at("header")),)


def _scheme(capture: Capture) -> str:
    return (capture.header("www-authenticate").split() or [""])[0].lower()
