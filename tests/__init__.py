"""Tests: sentences about behaviour, with real parts."""
