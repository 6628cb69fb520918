"""Which model suits the labels."""
