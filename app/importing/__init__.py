"""What people bring in: archives taken apart, without trusting a byte of them."""
