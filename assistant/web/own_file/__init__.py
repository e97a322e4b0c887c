"""Asking in a document of one's own, on the chat page."""
