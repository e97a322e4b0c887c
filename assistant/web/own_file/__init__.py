"""Documents that people bring to ask in: how they come in, and how long they stay."""
