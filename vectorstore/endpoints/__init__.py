"""Requests to services of others, bounded in time and bytes."""
