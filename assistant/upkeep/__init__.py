"""What whoever looks after the library does: documents in and out, backups, checks."""
