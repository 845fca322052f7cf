"""Pixels, network, probabilities: from the bytes of a radiograph to a prediction. Knows no web and no database."""
