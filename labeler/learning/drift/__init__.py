"""Drift: whether items that came later are unlike those that were there when a model learned.

Every signal is a two-sample test with an effect in [0, 1] that has an interval; `check.py` decides. What was measured,
and why: docs/decisions/0045-drift.md
"""
