"""The compliance engine: pure functions from rules and a document to a verdict."""
