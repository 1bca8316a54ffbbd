"""A client for CodeFlow Sentinel with requests (pip install requests).

It fails open: whatever goes wrong, the answer is "no verdict" and never an exception, because a service must not stop
when the one that watches it does. A repetition carries the idempotency key of its first try, so that a record whose
answer was lost counts once.
"""

from __future__ import annotations

import json
import os
import sys
import uuid

import requests


class SentinelClient:
    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        timeout_s: float = 2.5,
        retries: int = 1,
    ) -> None:
        self._url = f"{url.rstrip('/')}/analyze-flow"
        self._timeout_s = timeout_s
        self._retries = retries
        self._session = requests.Session()
        # The sentinel is next door: proxies and .netrc of the environment are for others.
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def analyze(self, latency: float, input_length: int, errors: int, **rest: str) -> dict:
        """Reports one request; rest may hold route, user_id and timestamp. Never raises.

        Of a threat, `action` says what it warrants: observe (look), throttle or freeze. Lock nobody out for less
        than a freeze.
        """
        record = {"latency": latency, "input_length": input_length, "errors": errors, **rest}
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        failure = "not tried"
        for _ in range(self._retries + 1):
            try:
                response = self._session.post(
                    self._url, json=record, headers=headers, timeout=self._timeout_s
                )
                if response.ok:
                    verdict = response.json()
                    if "X-Anomaly-Id" in response.headers:
                        verdict["anomaly_id"] = response.headers["X-Anomaly-Id"]
                    return verdict
                failure = f"{response.status_code}: {response.text[:200]}"
                # What was wrong with the record will be wrong with it again; a busy sentinel is not to be hurried.
                if response.status_code < 500 or response.status_code == 503:
                    break
            except (requests.RequestException, ValueError) as error:
                failure = str(error)
        return {"status": "UNKNOWN", "reason": failure}


if __name__ == "__main__":
    client = SentinelClient(
        url=os.environ.get("SENTINEL_URL", "http://127.0.0.1:8000"),
        token=os.environ.get("SENTINEL_API_TOKEN"),
    )
    for line in sys.stdin:
        print(json.dumps(client.analyze(**json.loads(line))), flush=True)
