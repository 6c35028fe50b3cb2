"""The designer's pages: templates from their upload to their end, and the brand kit that they are made with."""
