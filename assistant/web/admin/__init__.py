"""The administration pages: the library, how it is used, and the system, behind a password."""
