"""Who works here: the organisation tree, persons, their accounts, sessions and profiles, and who may do what."""
