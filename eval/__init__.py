"""Measures the answers against facts in the seed documents."""
