"""Who asks, what is under way, and what to ask."""
