"""What is reckoned from what was read: which is more, how long until a day."""
