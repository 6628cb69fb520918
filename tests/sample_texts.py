"""Messages that tests put into a project."""

from typing import Any


def texts(n: int, start: int = 0) -> list[dict[str, Any]]:
    """Messages of two kinds that a model can tell apart."""
    spam = ["win a free prize call now", "cheap ringtones text stop", "urgent claim your cash reward"]
    ham = ["see you at lunch tomorrow", "can you pick up milk please", "running late be there soon"]
    kinds = [(text, "spam") for text in spam] + [(text, "ham") for text in ham]
    rows = []
    for number in range(start, start + n):
        text, label = kinds[number % len(kinds)]
        rows.append({"key": f"m{number}", "text": f"{text} {number}", "metadata": {"truth": label}})
    return rows
