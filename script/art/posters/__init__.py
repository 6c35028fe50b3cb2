"""One module per template (slug with underscores); its `draw(folder)` writes the pictures that template.json names."""
