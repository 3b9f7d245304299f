"""A stand-in for Docker: builds images of jobs from a subset of Dockerfile, and pushes them to ECR."""
