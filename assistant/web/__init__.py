"""The faces over HTTP: the API, the chat page, the document reader, and the server that carries them."""
