"""One instance at work: its share of the files, record by record, into one output file each.

docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html#batch-transform-errors
"""

from __future__ import annotations

import http.client
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slipway.engine.services.sagemaker.hosting.connections import Answer
from slipway.engine.services.sagemaker.transform.instance import Instance
from slipway.engine.services.sagemaker.transform.joining import Processing, assembled
from slipway.engine.services.sagemaker.transform.parameters import Parameters
from slipway.engine.services.sagemaker.transform.records import BadInput, Batch, batches, decompress, records

_RETRIES = 3


class BadAnswer(Exception):
    """The container did not answer 200; `client` when the data is at fault (4XX), and not the algorithm."""

    def __init__(self, said: str, *, client: bool) -> None:
        super().__init__(said)
        self.client = client


@dataclass(frozen=True)
class Item:
    """An input file: what it is called in the log, where it is, and where its output goes."""

    title: str
    source: Path
    target: Path


@dataclass(frozen=True)
class Worker:
    """Transforms files on one instance. `stopped` says whether nobody wants the results any more."""

    instance: Instance
    job: dict[str, Any]
    parameters: Parameters
    processing: Processing
    say: Callable[[str], None]
    stopped: Callable[[], bool]

    def run(self, items: list[Item]) -> list[BadInput | BadAnswer]:
        """Transform all; what went wrong with those that have no output now."""
        count = self.parameters.concurrent
        with ThreadPoolExecutor(count) as calls, ThreadPoolExecutor(count) as files:
            results = list(files.map(lambda item: self._file(item, calls), items))
        return [failure for failure in results if failure is not None]

    def _file(self, item: Item, calls: ThreadPoolExecutor) -> BadInput | BadAnswer | None:
        try:
            self._transform(item, calls)
        except (BadInput, BadAnswer) as failure:
            item.target.unlink(missing_ok=True)
            if not self.stopped():
                kind = "ClientError" if isinstance(failure, BadInput) or failure.client else "AlgorithmError"
                for line in f"{kind}: {failure}".splitlines():
                    self.say(f"{item.title}: {line}")
            return failure
        return None

    def _transform(self, item: Item, calls: ThreadPoolExecutor) -> None:
        by_line = self.job["TransformOutput"].get("AssembleWith", "None") == "Line"
        item.target.parent.mkdir(parents=True, exist_ok=True)
        with item.target.open("wb") as file:
            for batch, answer in self._answers(self._batches(item), calls):
                file.write(assembled(self.processing.results(batch, answer), by_line=by_line))

    def _batches(self, item: Item) -> Iterator[Batch]:
        wanted = self.job["TransformInput"]
        source = decompress(item.source) if wanted.get("CompressionType", "None") == "Gzip" else item.source
        single = self.parameters.strategy == "SINGLE_RECORD"
        found = records(source, by_line=wanted.get("SplitType", "None") == "Line")
        return batches(found, self.processing.filtered, single=single, max_bytes=self.parameters.max_bytes)

    def _answers(self, found: Iterator[Batch], calls: ThreadPoolExecutor) -> Iterator[tuple[Batch, bytes]]:
        """Each batch with its answer, in the file's order, while the next ones are under way."""
        under_way: deque[tuple[Batch, Future[bytes]]] = deque()
        try:
            for batch in found:
                under_way.append((batch, calls.submit(self._send, batch.body)))
                if len(under_way) > self.parameters.concurrent:
                    first, answer = under_way.popleft()
                    yield first, answer.result()
            while under_way:
                first, answer = under_way.popleft()
                yield first, answer.result()
        finally:
            for _, answer in under_way:
                answer.cancel()

    def _send(self, body: bytes) -> bytes:
        """The answer's body; tried again as often as the request says when the container fails."""
        retries = self.job.get("ModelClientConfig", {}).get("InvocationsMaxRetries", _RETRIES)
        for left in range(retries, -1, -1):
            try:
                return self._accepted(self.instance.invoke(body, self._headers()))
            except (OSError, http.client.HTTPException) as error:
                failure = BadAnswer(
                    f"Unable to get response from algorithm: {error or type(error).__name__}", client=False
                )
            except BadAnswer as answer:
                failure = answer
            if failure.client or not left or self.stopped():
                break
        raise failure

    def _accepted(self, answer: Answer) -> bytes:
        if answer.status == http.client.OK:
            return answer.body
        message = answer.body.decode(errors="replace")[:1000]
        raise BadAnswer(
            f"{answer.status}\nMessage:\n{message}", client=answer.status < http.client.INTERNAL_SERVER_ERROR
        )

    def _headers(self) -> dict[str, str]:
        given = {
            "Content-Type": self.job["TransformInput"].get("ContentType"),
            "Accept": self.job["TransformOutput"].get("Accept"),
        }
        return {name: value for name, value in given.items() if value}
