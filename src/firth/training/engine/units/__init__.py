"""What a word is made of: token → input rows."""
