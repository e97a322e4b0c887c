"""What a question names: documents, places, numbered clauses, rows of a table."""
