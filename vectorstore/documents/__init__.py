"""What a document is: its head, its chunks, its versions."""
