"""Files into the library, and the library as it is read while it runs."""
