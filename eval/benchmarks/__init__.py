"""Measurements of single parts, each a command: ``python -m eval.benchmarks.NAME``."""
