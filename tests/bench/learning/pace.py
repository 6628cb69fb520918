"""After how many labels a model is made and measured: often while models are young, and the same for everyone.

The service makes its first model as early as five labels, and later ones after 25 more or half a minute, whichever
comes first. Measured every 25 labels, half of the sets ended at their first model, whoever learned.
"""

STEPS = ((30, 5), (100, 10), (1_000_000, 25))
"""Up to so many labels, a model after each so many."""

SAID = "every 5 labels up to 30, every 10 up to 100, then every 25"


def marks(most: int) -> list[int]:
    """Numbers of labels at which there is a model, rising, `most` at the highest."""
    found = [0]
    while (following := found[-1] + _step(found[-1])) <= most:
        found.append(following)
    return found[1:]


def _step(labels: int) -> int:
    return next(step for until, step in STEPS if labels < until)
