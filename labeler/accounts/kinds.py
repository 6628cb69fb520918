"""What kind of labeler a label is of, by the account."""


def labels_as(kind: str, source: str) -> str:
    """By the account's kind and where the label comes from.

    A pipeline passes on what others said: who runs it vouches for it, as for an import.
    """
    if kind in ("heuristic", "model", "llm", "simulated"):
        return kind
    return "import" if source == "import" or kind == "pipeline" else "person"
