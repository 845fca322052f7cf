"""The evidence: every run that a claim rests on, and the tables made of what the runs said."""
