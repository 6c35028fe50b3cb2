"""Finished bytes, kept under the name of their own digest, in a local folder or in any S3."""
