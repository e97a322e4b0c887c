"""The process that reads one file, kept apart from all else."""
