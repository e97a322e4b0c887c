"""The models that come with the package: no key, no download."""
