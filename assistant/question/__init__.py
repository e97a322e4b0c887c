"""A question as it was typed, made ready to be searched and read."""
