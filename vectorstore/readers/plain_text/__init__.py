"""Text without a format of its own, or with marks in the text."""
