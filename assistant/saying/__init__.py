"""Answers in words, JSON, chat messages and files."""
