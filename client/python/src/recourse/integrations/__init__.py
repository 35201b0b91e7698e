"""Small modules for libraries that people call things with."""
