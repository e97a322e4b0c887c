"""Settings, limits and logs: what everything else is given and does not look up."""
