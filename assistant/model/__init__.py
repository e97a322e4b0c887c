"""Answers through a chat model: its endpoint, its prompts, and the check of what it writes."""
