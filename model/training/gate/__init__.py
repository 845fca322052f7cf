"""Training of the gate: collection, drawings, views, training, figures."""
