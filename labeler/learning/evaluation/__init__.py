"""How good a model is, how good it will be, and when to stop."""
