"""What readers produce, and how it becomes one text with offsets."""
