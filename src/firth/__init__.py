"""firth: vectors for words and for anything that comes in sequences."""
