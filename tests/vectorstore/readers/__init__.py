"""Reading files: real files, made by real writers."""
