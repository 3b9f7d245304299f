"""ECR and the `docker` of builds: docs.aws.amazon.com/AmazonECR/latest/APIReference, docs.docker.com/reference."""

from tests.engine.refusals.attempt import NAME, call, docker, dockerfile, operation

FROM = "FROM python:3.11\n"
INDEX = '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []}'

ATTEMPTS = (
    docker("Other commands of `docker`", "invalid choice: 'run'", "run", "image"),
    dockerfile("ADD", "ADD", f"{FROM}ADD . /app\n"),
    dockerfile("`COPY --from`", "--from", f"{FROM}COPY --from=build /a /b\n"),
    dockerfile("several stages", "Dockerfile:2", f"{FROM}{FROM}"),
    dockerfile("other base images", "debian", "FROM debian:12\n"),
    dockerfile("other shell commands", "Dockerfile:2", f"{FROM}RUN apt-get install -y git\n"),
    dockerfile("syntax in RUN", "Dockerfile:2", f"{FROM}RUN mkdir /a | touch /b\n"),
    operation(
        "repository policies",
        "ecr",
        "SetRepositoryPolicy",
        "set_repository_policy",
        repositoryName=NAME,
        policyText="{}",
    ),
    operation("replication", "ecr", "PutReplicationConfiguration", "put_replication_configuration"),
    operation("pull-through caches", "ecr", "CreatePullThroughCacheRule", "create_pull_through_cache_rule"),
    call("image indexes", "imageManifest", "ecr", "put_image", repositoryName=NAME, imageManifest=INDEX),
)
