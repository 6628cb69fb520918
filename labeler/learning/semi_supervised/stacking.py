"""How much each teacher counts: the weights under which labels that it had not seen are likeliest.

Sources: Wolpert 1992, "Stacked Generalization"; log-linear pool: Genest and Zidek 1986, "Combining Probability
Distributions".
"""

from collections.abc import Mapping

import numpy as np

from labeler.learning.numeric.types import Array

_TRUST = 8.0
_MOST = 2.0


def weigh(unseen: Mapping[str, Array], codes: Array, prior: Mapping[str, float]) -> tuple[dict[str, float], float]:
    """Weights of 0 to 2, one a teacher, held near the prior; and the evidence: how likely they make all these labels,
    in nats, less what their distance from the prior costs.

    unseen: each teacher's log probabilities (labels, classes) of items whose label it did not know; codes: int
    (labels,), the true columns; prior: the weights that no evidence would give. Few labels are weak evidence: the
    squared distance from the prior costs as much as 8 nats of likelihood.
    """
    from scipy.optimize import minimize

    start = np.array([prior[name] for name in unseen])
    stack = np.stack([np.asarray(one, dtype=np.float64) for one in unseen.values()])  # teachers, labels, classes
    rows = np.arange(len(codes))
    own = stack[:, rows, codes]

    def cost(weights: Array) -> tuple[float, Array]:
        logs = log_softmax(np.tensordot(weights, stack, axes=1))
        expected = np.einsum("tnc,nc->tn", stack, np.exp(logs))
        away = weights - start
        value = -logs[rows, codes].sum() + _TRUST * (away**2).sum()
        return float(value), (expected - own).sum(axis=1) + 2 * _TRUST * away

    found = np.asarray(minimize(cost, start, jac=True, bounds=[(0.0, _MOST)] * len(start), method="L-BFGS-B").x)
    weights = found if found.sum() > 0.05 else start
    return dict(zip(unseen, weights.tolist(), strict=True)), -cost(weights)[0]


def log_softmax(logits: Array) -> Array:
    """Rows of logits to log probabilities."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)))
