"""The verbs of the product, one module each: what changes the world."""
