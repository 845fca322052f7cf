"""Damaged files by the hundred thousand, and what becomes of them: `python -m fuzz reader --count 100000`."""
