"""Links: the codes behind QR codes, where they lead, and for how long."""
