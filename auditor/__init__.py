"""Finds the machine-learning models that poison their own training data, from their interaction logs."""

__version__ = "0.1.0"
