"""Drift: whether items that come are unlike those that were there when the live model, else the newest, learned."""
