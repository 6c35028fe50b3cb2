"""What every layer may use: errors, problems, ids, clock, canonical digests."""
