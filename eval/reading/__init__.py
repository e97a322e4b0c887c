"""Questions over real documents that were written for a model that reads, put to the assistant."""
