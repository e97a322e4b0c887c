"""The AI bot of WeCom, which shows an answer while it is being written."""
