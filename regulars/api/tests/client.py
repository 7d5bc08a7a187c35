"""A caller of the REST face, and how its refusals are read."""

from __future__ import annotations

from typing import Any

from django.test import Client


class Api:
    """``/api/v1`` as one token sees it; answers are Django's test responses."""

    def __init__(self, token: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: object) -> Any:
        texts = {name: str(value) for name, value in query.items()}
        return self.client.get(f"/api/v1{path}", texts, headers=self.headers)

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key is not None else {})}
        return self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)

    def upload(self, form: dict[str, object], *, key: str | None = None) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key is not None else {})}
        return self.client.post("/api/v1/media", form, headers=headers)

    def patch(self, path: str, body: object) -> Any:
        return self.client.patch(
            f"/api/v1{path}", body, content_type="application/json", headers=self.headers
        )

    def delete(self, path: str) -> Any:
        return self.client.delete(f"/api/v1{path}", headers=self.headers)

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """Any method, any bytes."""
        return self.client.generic(
            method,
            f"/api/v1{path}",
            body,
            content_type="application/json",
            headers={**self.headers, **headers},
        )


def problem(response: Any) -> tuple[int, str]:
    """Status and code of a problem, after checking that it is one."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) >= {"type", "title", "status", "detail", "code"}
    assert (body["status"], body["type"]) == (response.status_code, f"/problems/{body['code']}")
    return response.status_code, body["code"]
