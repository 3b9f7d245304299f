"""git's smart HTTP at CodeCommit's own path, `/v1/repos/<name>`.

A fetch is `codecommit:GitPull`, a push `codecommit:GitPush`, of the identity that the credential helper signed for.

git-scm.com/docs/http-protocol
docs.aws.amazon.com/codecommit/latest/userguide/auth-and-access-control-permissions-reference.html
"""

from __future__ import annotations

import contextlib
import secrets
import tempfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import parse_qs, unquote

from slipway.engine import adapter, journal
from slipway.engine.engine import Engine
from slipway.engine.errors import AccessDenied
from slipway.engine.git import GitError
from slipway.engine.service import HttpRequest, HttpResponse
from slipway.engine.services.codecommit import credential
from slipway.engine.services.codecommit.references import changing
from slipway.engine.services.codecommit.service import SERVICE, git_repository, repository_arn, table

_PREFIX = "/v1/repos/"
_ACTIONS = {"upload-pack": "GitPull", "receive-pack": "GitPush"}
_NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


@SERVICE.http(_PREFIX)
def serve(engine: Engine, request: HttpRequest) -> HttpResponse:
    """Answer one request of a git client."""
    name, _, rest = unquote(request.path).removeprefix(_PREFIX).partition("/")
    service, advertised = _service(request, rest)
    if service not in _ACTIONS:
        return _text(403, "Only git's smart HTTP protocol is served here; use a current git client.")
    if "authorization" not in request.headers:
        challenge = {"WWW-Authenticate": 'Basic realm="AWS CodeCommit"'}
        return _text(401, "Sign in with `aws codecommit credential-helper`.", **challenge)
    try:
        login = credential.parse(request.headers["authorization"])
        credential.verify(login, engine.region, request.headers.get("host", ""), f"{_PREFIX}{name}")
    except credential.CredentialRefused as refused:
        refusal = journal.Entry(secrets.token_hex(8), "codecommit", _ACTIONS[service], status=403, error="AccessDenied")
        engine.journal.write(refusal)
        return _text(403, f"Access denied: {refused}.")
    entry = journal.Entry(
        secrets.token_hex(8), "codecommit", _ACTIONS[service], caller=adapter.arn_of(login.access_key_id)
    )
    with engine.journal.call(entry):
        response = _authorized(engine, request, login.access_key_id, name.removesuffix(".git"), service, advertised)
        entry.status = response.status
        return response


def _service(request: HttpRequest, rest: str) -> tuple[str, bool]:
    """The git service asked for, and whether this is the first request of the two, for its references."""
    if request.method == "GET" and rest == "info/refs":
        asked = parse_qs(request.query).get("service", [""])[0]
        return asked.removeprefix("git-"), True
    return (rest.removeprefix("git-"), False) if request.method == "POST" else ("", False)


def _authorized(
    engine: Engine, request: HttpRequest, access_key_id: str, name: str, service: str, advertised: bool
) -> HttpResponse:
    action = f"codecommit:{_ACTIONS[service]}"
    try:
        engine.authorization.check(access_key_id, action, repository_arn(engine, name), {})
        if name not in table(engine):
            return _text(404, f"The repository {name} does not exist.")
        if advertised:
            return _advertise(engine, request, name, service)
        with _body(request) as body:
            return _converse(engine, request, name, service, body, access_key_id)
    except AccessDenied as denied:
        return _text(403, denied.message)
    except GitError as error:
        return _text(400, str(error))


def _advertise(engine: Engine, request: HttpRequest, name: str, service: str) -> HttpResponse:
    references = git_repository(engine, name).advertise(service, _protocol(request))
    return _git(f"application/x-git-{service}-advertisement", references)


def _converse(
    engine: Engine, request: HttpRequest, name: str, service: str, body: BinaryIO, access_key_id: str
) -> HttpResponse:
    kind = f"application/x-git-{service}-result"
    if service == "upload-pack":
        return _git(kind, git_repository(engine, name).converse(service, _protocol(request), body))
    for reference in _pushed(body):
        context = {"codecommit:References": reference}
        engine.authorization.check(access_key_id, "codecommit:GitPush", repository_arn(engine, name), context)
    with changing(engine, name, adapter.arn_of(access_key_id)) as repository:
        return _git(kind, repository.converse(service, _protocol(request), body))


def _pushed(body: BinaryIO) -> list[str]:
    """The references that a push moves; a policy can protect them by the condition key codecommit:References.

    The body begins with one packet line for each, `<old> <new> <reference>`, and an empty packet.
    docs.aws.amazon.com/codecommit/latest/userguide/how-to-conditional-branch.html
    """
    references = []
    while (length := int(body.read(4) or b"0", 16)) > 0:
        command = body.read(length - 4).partition(b"\0")[0].decode().split()
        references += command[2:3]
    body.seek(0)
    return references


def _protocol(request: HttpRequest) -> str:
    return request.headers.get("git-protocol", "")


@contextlib.contextmanager
def _body(request: HttpRequest) -> Iterator[BinaryIO]:
    """The body as a file, since a pack may be large; git compresses long lists of wants."""
    inflate = zlib.decompressobj(wbits=31) if request.headers.get("content-encoding") == "gzip" else None
    # Unbuffered, since git reads on from where this process stopped.
    with tempfile.TemporaryFile(buffering=0) as file:
        for chunk in request.body:
            file.write(inflate.decompress(chunk) if inflate else chunk)
        file.write(inflate.flush() if inflate else b"")
        file.seek(0)
        yield file


def _git(kind: str, content: bytes) -> HttpResponse:
    return HttpResponse(200, {"Content-Type": kind, **_NO_CACHE}, iter((content,)))


def _text(status: int, message: str, **headers: str) -> HttpResponse:
    return HttpResponse(
        status, {"Content-Type": "text/plain; charset=utf-8", **headers}, iter((f"{message}\n".encode(),))
    )
