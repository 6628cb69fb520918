"""The background work of training, one job a file."""
