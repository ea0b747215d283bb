"""The vocabulary: terms of ontologies, read from OBO and OWL files and kept in the library's database."""
