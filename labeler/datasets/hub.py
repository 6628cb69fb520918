"""What the Hugging Face Hub finds a dataset by: its task, size and tags, as the front matter of a card has them.

Names: https://github.com/huggingface/hub-docs (datasetcard.md).
"""

from typing import Any

CATEGORIES = {
    ("text", "choice"): ("text-classification", "multi-class-classification"),
    ("text", "multi_choice"): ("text-classification", "multi-label-classification"),
    ("text", "rating"): ("text-classification", "text-scoring"),
    ("table", "choice"): ("tabular-classification", "tabular-multi-class-classification"),
    ("table", "multi_choice"): ("tabular-classification", "tabular-multi-label-classification"),
    ("table", "rating"): ("tabular-regression", "tabular-single-column-regression"),
}
"""`task_categories` and `task_ids`, by content and task type; of others nothing is said."""
SIZES = ("n<1K", "1K<n<10K", "10K<n<100K", "100K<n<1M", "1M<n<10M", "10M<n<100M", "100M<n<1B")


def found_by(content: str | None, task_type: str, items: int) -> dict[str, Any]:
    """content: None where it is not known."""
    tags = ["active-learning", task_type, *([content] if content else [])]
    about: dict[str, Any] = {"tags": tags, "size_categories": [SIZES[sum(items >= 10**n for n in range(3, 9))]]}
    known = None if content is None else CATEGORIES.get((content, task_type))
    return about | ({"task_categories": [known[0]], "task_ids": [known[1]]} if known else {})
