"""labeler: an active-learning labeling service. See README.md and docs/."""

DISTRIBUTION = "labelloop"
"""What this package is installed as."""
