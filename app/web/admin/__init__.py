"""People, accounts, organisations and licences."""
