"""Rows of a table of which it is known what each column is worth."""

from typing import Any

import numpy as np

HOLDOUT = 60


def loans(n: int = 200, held: int = HOLDOUT, leak: bool = True, seed: int = 0) -> list[dict[str, Any]]:
    """Loans that are paid back or not: `income` tells most of it, `income_cents` the same, `mood` nothing, `number` is
    an id, and `collector` was filled in afterwards. The first ones are in the holdout; all come with their label."""
    rng = np.random.default_rng(seed)
    rows = []
    for place in range(n):
        income = float(np.round(rng.uniform(1_000, 9_000), 2))
        paid = income + rng.normal(0, 700) > 5_000
        fields: dict[str, Any] = {
            "income": income,
            "income_cents": round(100 * income),
            "mood": str(rng.choice(["fine", "so so", "bad"])),
            "number": f"L-{place:05d}",
            "country": "DE",
        }
        if leak:
            fields["collector"] = "none" if paid else "called"
        rows.append(
            {
                "key": f"k{place}",
                "fields": fields,
                "label": "paid" if paid else "lost",
                "split": "holdout" if place < held else "train",
            }
        )
    return rows
