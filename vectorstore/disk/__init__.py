"""Files, folders and locks as the disk has them, and its errors in plain words."""
