"""Text in pictures: what an engine has read in them, each distinct picture once."""
