"""The operator's pages: results, and what is in circulation."""
