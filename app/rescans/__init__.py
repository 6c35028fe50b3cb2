"""Rescans: what is out is judged again when the rules change; what does not pass is kept until it is dealt with."""
