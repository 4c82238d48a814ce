"""What makes the models that ship: run from a checkout, never installed."""
