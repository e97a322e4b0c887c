"""What whoever runs the server sees of it: whether it is ready, its metrics, a line for each request."""
