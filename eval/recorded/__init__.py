"""A chat model out of a folder of prompts and replies."""
