"""Where a person stands who labels: in training, passed, held or paused. The queue asks before it lends."""
