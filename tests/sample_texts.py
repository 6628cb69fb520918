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


TOPICS = {
    "sport": ("the team won the match", "a late goal decided the cup", "the coach praised the players"),
    "money": ("shares fell on the market", "the bank raised its rates", "profits of the company rose"),
}


def news(n: int) -> list[dict[str, Any]]:
    """Texts about each topic in turn, which sentence embeddings tell apart."""
    rows = []
    for number in range(n):
        topic = list(TOPICS)[number % 2]
        text = f"{TOPICS[topic][number % 3]} on day {number}"
        rows.append({"key": f"n{number}", "text": text, "metadata": {"truth": topic}})
    return rows
