"""The command line `imprimatur`: it translates arguments into a call of flow or reads, and the answer into an exit status."""
