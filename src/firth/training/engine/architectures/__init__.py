"""Which rows form a hidden vector, and which positions it predicts."""
