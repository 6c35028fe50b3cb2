"""Review: every step that a poster or a template takes from draft to its end, and who may take it."""
