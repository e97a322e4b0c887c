"""From a file to passages: reading, structure, chunks, index, search. Knows no chat model and no user."""
