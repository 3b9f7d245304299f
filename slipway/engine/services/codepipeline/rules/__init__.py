"""Rule types of stage conditions, one file each, named after the provider."""
