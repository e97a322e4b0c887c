"""Answers without a chat model: what of a reading is told, and how."""
