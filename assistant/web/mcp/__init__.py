"""The library as tools of the Model Context Protocol, for desktop assistants and agents."""
