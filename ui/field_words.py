"""What the fields of a request are called on the pages: the service names them as programs send them."""

from labeler_ui.words import mark, number, t

FIELDS = {
    "api_key": mark("Key"),
    "check": mark("How many are checked"),
    "conditions": mark("What is required"),
    "content": mark("Content"),
    "current_password": mark("Current password"),
    "email": mark("Email address"),
    "endpoint": mark("Endpoint"),
    "events": mark("Events"),
    "expires_at": mark("Expires"),
    "expression": mark("Expression"),
    "field": mark("Field"),
    "file": mark("File"),
    "find_label": mark("Find all items with a label"),
    "item_key": mark("Item key"),
    "key": mark("Key"),
    "keys": mark("Item keys"),
    "keywords": mark("Keywords"),
    "label": mark("Label"),
    "labels": mark("Labels"),
    "like": mark("Means about the same as"),
    "money": mark("Money"),
    "most_labels": mark("Ask more people, up to (0: nobody more)"),
    "name": mark("Name"),
    "new_password": mark("New password"),
    "note": mark("Note"),
    "overlap": mark("Labelers per item"),
    "overlap_field": mark("… with enough of each value of this metadata field"),
    "password": mark("Password"),
    "pattern": mark("Pattern"),
    "reason": mark("Reason"),
    "role": mark("Role"),
    "scopes": mark("Rights"),
    "select": mark("Which items"),
    "settings": mark("Settings"),
    "skill_field": mark("Field that names the skill an item asks for"),
    "skip_reasons": mark("Reasons to skip, one per line"),
    "flag_reasons": mark("Reasons to mark as hard, one per line"),
    "strategy": mark("Query strategy: which items to ask next"),
    "text": mark("Text"),
    "to": mark("To"),
    "url": mark("Address"),
    "value": mark("Answer"),
}
ABOVE = frozenset({"settings", "body", "schema", "requirements", "query"})
"""Say nothing of where a field stands on a page."""


def called(pointer: str) -> str:
    """A JSON pointer in words: "/labels/2/name" is "Labels, no. 3, Name"; empty for the whole."""
    parts = [part for part in pointer.lstrip("#/").split("/") if part]
    named = [part for place, part in enumerate(parts) if part not in ABOVE or place == len(parts) - 1]
    return ", ".join(_word(part) for part in named)


def _word(part: str) -> str:
    if part.isdigit():
        return t("no. {n}", n=number(int(part) + 1))
    known = FIELDS.get(part)
    return t(known) if known else part.replace("_", " ").capitalize()
