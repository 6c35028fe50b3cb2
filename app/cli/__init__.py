"""The command line `imprimatur`: it makes arguments a call of flow or reads, and the answer an exit status."""
