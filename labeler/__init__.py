"""labeler: an active-learning labeling service. See README.md and docs/."""
