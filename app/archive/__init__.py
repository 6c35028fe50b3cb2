"""The archive: every change of state, in an append-only chain of hashes that anybody can check again."""
