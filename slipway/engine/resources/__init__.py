"""CloudFormation resource types, a module or a package for each service; the registry finds their `RESOURCES`."""
