"""A package of somebody else: it adds to the service through entry points alone (tests/plugins/test_outside.py)."""
