"""Imprimatur: compliant marketing material, from an approved template to a proven poster."""
