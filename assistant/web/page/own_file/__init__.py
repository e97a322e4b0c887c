"""A document of one's own on the chat page."""
