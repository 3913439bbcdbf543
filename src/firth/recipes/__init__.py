"""Whole runs, with data, settings, checks and report: one recipe, one command."""
