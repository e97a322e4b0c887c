"""Answers as text that stands alone where nothing but text is shown."""
