"""Readiness: the checklist for production, each line computed from the project or confirmed by a person."""
