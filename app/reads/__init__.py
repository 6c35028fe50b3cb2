"""Questions about what there is: lists, loaded files, tables that people hand in."""
