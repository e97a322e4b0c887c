"""Documents as people read them: the cited passage where it stands, lists, two side by side."""
