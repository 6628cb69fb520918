"""What a model is judged by: metrics with intervals, one of them the primary one, and views to look at."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from labeler.learning.evaluation.intervals import Estimate


@dataclass(frozen=True)
class Report:
    """primary: the metric that models of this problem are compared by; views: by name, as JSON takes them
    (confusion, per_label, ...): what there is to see beyond single figures."""

    primary: str
    metrics: Mapping[str, Estimate]
    views: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return {
            "primary": self.primary,
            "metrics": {name: asdict(estimate) for name, estimate in self.metrics.items()},
            "views": dict(self.views),
        }
