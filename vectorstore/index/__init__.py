"""The index: generations that are built aside, verified, published and then only read."""
