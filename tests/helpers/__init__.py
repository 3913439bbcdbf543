"""What several test files share; each is imported as ``helpers.NAME``."""
