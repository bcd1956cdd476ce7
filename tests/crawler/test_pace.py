"""Turns: a host is asked slowly, and so is an address that serves many hosts."""

import asyncio

from crawler.pace import HOSTS_AT_ONCE, Pace


def times(pace: Pace, *names: str) -> list[float]:
    """When each of these hosts' turns comes, all waiting at once; in order."""

    async def take(name: str) -> float:
        await pace.turn(name)
        return pace.host(name).last_at

    async def all_of_them() -> list[float]:
        return sorted(await asyncio.gather(*map(take, names)))

    return asyncio.run(all_of_them())


def test_hosts_of_one_address_share_its_turns() -> None:
    """Eight small sites on a machine are asked four in the time of one, and sites elsewhere do not wait for them."""
    pace = Pace(0.1, 60)
    shared = [f"{letter}.dk" for letter in "abcdefgh"]
    for name in shared:
        pace.seen_at(name, "192.0.2.1")
    began, *later = times(pace, *shared)
    gaps = [after - before for before, after in zip([began, *later], later, strict=False)]
    assert all(gap >= 0.1 / HOSTS_AT_ONCE - 1e-9 for gap in gaps)
    assert pace.comes_in_time("elsewhere.dk")
    assert pace.is_free("elsewhere.dk")


def test_a_host_alone_on_its_address_keeps_its_own_delay() -> None:
    """An address adds nothing to the delay of the only host it serves."""
    pace = Pace(0.1, 60)
    pace.seen_at("a.dk", "192.0.2.1")
    first, second = times(pace, "a.dk")[0], times(pace, "a.dk")[0]
    assert 0.1 - 1e-9 <= second - first < 1
