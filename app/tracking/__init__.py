"""Tracking: visits as cropped values, the spool that keeps them, the rows and daily counts they become."""
