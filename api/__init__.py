"""The API and its pages. Holds no key, reads no source."""
