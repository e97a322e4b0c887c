"""A chat model's verdict on answers, beside labels by hand."""
