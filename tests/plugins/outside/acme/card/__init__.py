"""What the labeling card needs for this package's task type: see `answers/`."""
