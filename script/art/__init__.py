"""The drawn art of the built-in templates: numpy and Pillow, fixed seeds, the same bytes on every run."""
