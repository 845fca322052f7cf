"""Figures with intervals, used by training, by reports and by the site's own checks."""
