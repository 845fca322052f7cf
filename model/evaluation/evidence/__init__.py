"""The results file of a release as sections of text, tables and plots; every number is read from it, none typed."""
