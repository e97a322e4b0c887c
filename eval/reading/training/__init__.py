"""The training of the embedding and of the reader."""
