"""The claims library: sentences that may be said because the house can prove them, with their evidence."""
