"""Whether what a chat model says stands in the passages that it cites."""
