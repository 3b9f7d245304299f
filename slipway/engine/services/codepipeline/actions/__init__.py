"""Action types, one file each, named `<category>_<provider>`."""
