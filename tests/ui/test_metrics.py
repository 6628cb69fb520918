"""How sure a figure must be to be shown large."""

import pytest
from labeler_ui import metrics


@pytest.mark.parametrize(
    ("estimate", "rough"),
    [
        ({"value": 1.0, "low": 0.72, "high": 1.0}, True),  # 10 of 10
        ({"value": 0.9, "low": 0.82, "high": 0.95}, False),  # 90 of 100
        ({"value": 0.9}, False),  # nothing is known of it
        (None, False),
    ],
)
def test_a_share_of_a_few_items_is_rough(estimate: metrics.Estimate | None, rough: bool) -> None:
    assert metrics.is_rough(estimate) is rough
