"""Printed pages: text and ruled lines in their places, put into reading order."""
