"""What can be measured: anything that answers, and shows what it retrieved."""
