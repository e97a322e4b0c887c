"""The chat model's endpoint: its requests, its replies, what can go wrong with it."""
