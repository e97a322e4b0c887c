"""Whether an answer is right: facts, citations, refusals, retrieval."""
