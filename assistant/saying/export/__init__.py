"""A conversation as a file of its own: Markdown or Word, with every source word for word."""
