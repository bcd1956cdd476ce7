"""Instants as the ledger keeps them: text in UTC, always the same length, so that they sort and come back aware."""

from datetime import UTC, date, datetime, timedelta


def instant_to_text(instant: datetime) -> str:
    """Write an aware instant as `2026-11-23T12:00:00.000000Z`.

    Raises:
        ValueError: the instant has no time zone, so nobody can say when it was.

    """
    if instant.utcoffset() is None:
        raise ValueError(f"{instant!r} has no time zone: pass an aware datetime, such as datetime.now(UTC)")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def instant_from_text(text: str) -> datetime:
    """Read what `instant_to_text` wrote, aware and in UTC."""
    return datetime.fromisoformat(text)


def is_to_come(day: date, now: datetime) -> bool:
    """Whether a day has begun nowhere yet: tomorrow's of UTC may be today's where it is written."""
    return day > now.date() + timedelta(days=1)
