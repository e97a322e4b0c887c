"""Workbooks of Excel and WPS, old and new."""
