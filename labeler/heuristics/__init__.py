"""Heuristics: rules that say a value of items where they match. They are nobody's labels; where they may count, they
answer what nobody has labeled."""
