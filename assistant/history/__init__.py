"""Conversations, answers and feedback, kept in one file of the data folder, and what they teach."""
