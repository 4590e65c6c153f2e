"""Spans of calendar months."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """The same day so many months on (below 0: back); the month's last day where it has none.

    Example:
        >>> str(months_later(date(2024, 2, 29), 12)), str(months_later(date(2026, 8, 31), -6))
        ('2025-02-28', '2026-02-28')
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
