"""Documents of Word and WPS Writer, old and new."""
