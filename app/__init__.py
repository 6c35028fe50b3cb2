"""Imprimatur: compliant marketing material, from an approved template to a proven poster."""

import gc

# Most of what a process makes in its first second stays: rules, templates, fonts and mapped classes, a million objects.
# At Python's own pace, looking through them again and again for what could go is a quarter of that second.
gc.set_threshold(20_000, 10, 10)
