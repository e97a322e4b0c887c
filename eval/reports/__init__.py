"""Runs as people read them: tables, plots, a page, two runs compared."""
