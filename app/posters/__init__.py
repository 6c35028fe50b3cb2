"""Renditions: what was asked to be rendered, and what came of it."""
