"""What a job made."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Made:
    """What a job made, in words, and the page where it is."""

    words: str
    page: str | None = None
    action: str = ""
    params: tuple[tuple[str, str], ...] = ()
