"""The rule book: what the house has laid over the rule packs, version by version, and what was tried before."""
