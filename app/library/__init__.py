"""The library: versions of templates, their content by digest, and where and when each may be used."""
