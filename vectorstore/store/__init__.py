"""The source of truth in SQLite."""
