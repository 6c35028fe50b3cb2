"""Customers: who agreed to be remembered, their events, and the tags, points and tasks that rules make of these."""
