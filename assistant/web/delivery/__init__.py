"""Answers on their way: waited for, in parts, or sent to an address."""
