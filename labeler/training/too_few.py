"""Why there is no model yet, for those who label."""

from labeler.learning.errors import TooFewLabels
from labeler.training.pool.data import TrainingData


def explain(data: TrainingData, few: TooFewLabels) -> str:
    """What is missing, by what the labeled items outside the holdout say."""
    values = data.labeled(holdout=False)[1]
    if not values and data.labeled(holdout=True)[1]:
        return "needs two labels with examples: all labeled items are of the holdout, from which no model learns"
    seen = sorted({data.schema.task.text(value, data.schema.schema) for value in values})
    if len(seen) != 1:
        return str(few)
    return f'needs two labels with examples: so far every item that can be learned from is "{seen[0]}"'
