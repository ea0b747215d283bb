"""The readers of image files: one module for each format, what they share, and the registry that picks one."""
