"""Arithmetic that gives the same bits however it is cut up."""
