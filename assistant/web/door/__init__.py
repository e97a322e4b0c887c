"""What stands before every request: who gets in, how many at once, and what a refusal says."""
