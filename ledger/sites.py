"""How works are stored by where they stand: a site sorts with its subdomains, an address is as long as any other."""

import hashlib


def site_of(host: str) -> str:
    """Return a host as it is stored: `www.blad.dk` as `dk.blad.www.`; empty for none."""
    return "".join(f"{label}." for label in reversed(host.split("."))) if host else ""


def host_at(site: str) -> str:
    """Return the host that is stored as a site: what `site_of` was given."""
    return ".".join(reversed(site.split(".")[:-1]))


def address_of(url: str) -> str:
    """Return what an address is found by, however long it is."""
    return hashlib.blake2b(url.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
