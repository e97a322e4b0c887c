"""The same questions put otherwise, and the same documents under other names."""
