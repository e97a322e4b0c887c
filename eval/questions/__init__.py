"""The cases: how they are written, loaded and halved."""
