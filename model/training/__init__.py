"""Training of the two networks from the data folder. Never imported by `app`."""
