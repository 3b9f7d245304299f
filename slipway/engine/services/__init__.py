"""The services that the engine adds, one module or folder each, found by name."""
