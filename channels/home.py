"""Where the bank is: its time is the one that people are told."""

from datetime import timedelta, timezone
from typing import Final

HOME: Final = timezone(timedelta(hours=8))
