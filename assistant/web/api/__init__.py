"""Our own API: questions, search, documents, conversations and ratings as JSON."""
