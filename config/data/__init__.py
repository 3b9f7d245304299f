"""Sample tables, and the programs that make them."""
