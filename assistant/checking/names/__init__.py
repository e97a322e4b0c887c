"""Names in a text, and whether the sources have them."""
