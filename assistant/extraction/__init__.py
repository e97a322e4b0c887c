"""Answers without a chat model: what is asked, which sentences and cells answer, and when nothing does."""
