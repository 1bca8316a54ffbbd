"""A client for CodeFlow Sentinel with requests (pip install requests).

It fails open: whatever goes wrong, the answer is "no verdict" and never an exception, because a service must not stop
when the one that watches it does. A repetition carries the idempotency key of its first try, so that a record whose
answer was lost counts once.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import uuid
from typing import BinaryIO, TextIO

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

DEFAULT_URL = "http://127.0.0.1:8000"


class SentinelClient:
    def __init__(
        self,
        url: str = DEFAULT_URL,
        token: str | None = None,
        timeout_s: float = 2.5,
        retries: int = 1,
    ) -> None:
        place = (url or DEFAULT_URL).rstrip("/")
        self._timeout_s = timeout_s
        self._retries = retries
        self._session = requests.Session()
        if place.startswith("unix:"):
            self._session.mount("http://", _SocketAdapter(place.removeprefix("unix:")))
            place = "http://localhost"
        self._url = f"{place}/analyze-flow"
        # The sentinel is next door: proxies and .netrc of the environment are for others.
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def from_environment(cls) -> SentinelClient:
        """By SENTINEL_URL and SENTINEL_API_TOKEN, of which the first is taken where there are several.

        What is not set, or empty, is looked for in a file .env of the working directory, which may be the
        sentinel's own: then its SENTINEL_PORT counts, too.
        """
        file = read_dotenv()

        def setting(name: str) -> str:
            return os.environ.get(name, "").strip() or file.get(name, "")

        url = setting("SENTINEL_URL") or f"http://127.0.0.1:{file.get('SENTINEL_PORT') or 8000}"
        return cls(url=url, token=setting("SENTINEL_API_TOKEN").split(",")[0].strip())

    def analyze(self, latency: float, input_length: int, errors: int, **rest: str) -> dict:
        """Reports one request; rest may hold route, user_id and timestamp. Never raises.

        Of a threat, `action` says what it warrants: observe (look), throttle or freeze. Lock nobody out for less
        than a freeze.
        """
        record = {"latency": latency, "input_length": input_length, "errors": errors, **rest}
        headers = {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        failure = "not tried"
        try:
            # NaN and what is no plain value cannot be sent, whoever asks.
            body = json.dumps(record, allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            return {"status": "UNKNOWN", "reason": f"the record cannot be sent: {error}"}
        for _ in range(self._retries + 1):
            try:
                response = self._session.post(
                    self._url, data=body, headers=headers, timeout=self._timeout_s
                )
                if response.ok:
                    verdict = response.json()
                    if not isinstance(verdict, dict):
                        raise ValueError("the answer is no verdict")
                    if "X-Anomaly-Id" in response.headers:
                        verdict["anomaly_id"] = response.headers["X-Anomaly-Id"]
                    return verdict
                failure = f"{response.status_code}: {response.text[:200]}"
                # What was wrong with the record will be wrong with it again; a busy sentinel is not to be hurried.
                if response.status_code < 500 or response.status_code == 503:
                    break
            # Whatever it is, the service that is watched must not stop for it.
            except Exception as error:
                failure = str(error)
        return {"status": "UNKNOWN", "reason": failure}


class _SocketConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _SocketPool(HTTPConnectionPool):
    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def _new_conn(self) -> _SocketConnection:
        return _SocketConnection(self._path)


class _SocketAdapter(HTTPAdapter):
    """Sends every request by one Unix socket, whatever its URL."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._pool = _SocketPool(path)

    def get_connection_with_tls_context(self, *_: object, **__: object) -> _SocketPool:
        return self._pool

    def get_connection(self, *_: object, **__: object) -> _SocketPool:
        return self._pool


def pipe(client: SentinelClient, lines: BinaryIO, answers: TextIO) -> None:
    """Reports a record a line and prints an answer a line; what is no record gets UNKNOWN and a word on stderr.

    Empty lines get no answer.
    """
    empty = refused = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            empty += 1
            continue
        try:
            answer = client.analyze(**read_record(line))
        except (TypeError, ValueError, RecursionError) as error:
            refused += 1
            answer = {"status": "UNKNOWN", "reason": f"line {number} is no record: {error}"}
            print(answer["reason"], file=sys.stderr, flush=True)
        try:
            print(json.dumps(answer), file=answers, flush=True)
        except BrokenPipeError:
            # Nobody reads on. What is still buffered has nowhere to go at the exit, either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), answers.fileno())
            return
    if empty or refused:
        print(f"left out: {refused} lines that are no record, {empty} empty ones", file=sys.stderr)


def read_record(line: bytes) -> dict:
    """The record in a line. Raises ValueError saying what is wrong with it."""
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"it is no JSON: {error}") from None
    if not isinstance(record, dict):
        raise ValueError("it is no JSON object")
    missing = [name for name in ("latency", "input_length", "errors") if name not in record]
    if missing:
        raise ValueError(f"it lacks {', '.join(missing)}")
    # The name of the method's own first argument would be taken for the client.
    record.pop("self", None)
    return record


def read_dotenv() -> dict[str, str]:
    """The names and values of .env; nothing where it cannot be read."""
    try:
        with open(".env", encoding="utf-8-sig") as file:
            lines = file.readlines()
    except (OSError, ValueError):
        return {}
    found = {}
    for line in lines:
        match = re.match(r"""\s*(?:export\s+)?(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#\n]*))""", line)
        if match:
            found[match[1]] = next(value for value in match.groups()[1:] if value is not None).strip()
    return found


if __name__ == "__main__":
    pipe(SentinelClient.from_environment(), sys.stdin.buffer, sys.stdout)
