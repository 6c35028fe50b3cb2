"""From a template and values to one display list, and from that to pixels, paper and outlines. Bytes in, bytes out."""
