"""CloudFormation resource types of our services, one module a service, found by name."""
