"""Retraining: when the live model is challenged by the newest one, and whether it could be made again tonight."""
