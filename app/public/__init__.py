"""What a customer's phone touches."""
