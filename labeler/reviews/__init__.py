"""Reviewing answers: disagreements are decided, labels go back to their authors, and people ask each other."""
