"""Which sentences and cells of the passages found answer a question, by learned scores."""
