"""Files on their way into the library, and the jobs that take them in."""
