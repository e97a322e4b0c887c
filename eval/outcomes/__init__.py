"""What comes of a run: scored replies, sums, the folder that keeps them, the baseline."""
