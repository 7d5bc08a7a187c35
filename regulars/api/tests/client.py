"""A caller of the REST face, and how its refusals are read."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.test import Client
from openapi_schema_validator import OAS31Validator, oas31_format_checker

from regulars.api.openapi import build_document


class Api:
    """``/api/v1`` as one token sees it; answers are Django's test responses, each checked against the document."""

    def __init__(self, token: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: object) -> Any:
        texts = {name: str(value) for name, value in query.items()}
        return check_described(self.client.get(f"/api/v1{path}", texts, headers=self.headers))

    def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key is not None else {})}
        return check_described(
            self.client.post(f"/api/v1{path}", body, content_type="application/json", headers=headers)
        )

    def upload(self, form: dict[str, object], *, key: str | None = None) -> Any:
        headers = {**self.headers, **({"Idempotency-Key": key} if key is not None else {})}
        return check_described(self.client.post("/api/v1/media", form, headers=headers))

    def patch(self, path: str, body: object, *, if_match: str | None = None) -> Any:
        headers = self._meant_for(if_match)
        return check_described(
            self.client.patch(f"/api/v1{path}", body, content_type="application/json", headers=headers)
        )

    def delete(self, path: str, *, if_match: str | None = None) -> Any:
        return check_described(self.client.delete(f"/api/v1{path}", headers=self._meant_for(if_match)))

    def _meant_for(self, tags: str | None) -> dict[str, str]:
        return {**self.headers, **({"If-Match": tags} if tags is not None else {})}

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        return check_described(
            self.client.generic(
                method,
                f"/api/v1{path}",
                body,
                content_type="application/json",
                headers={**self.headers, **headers},
            )
        )


def check_described(response: Any) -> Any:
    """The response, once it is certain that it is one of those that the document says its route may give."""
    method = response.request["REQUEST_METHOD"].lower()
    template = response.resolver_match.route.removeprefix("api/v1/") if response.resolver_match else ""
    path = "/" + template.replace("<str:", "{").replace(">", "}")
    operation = build_document()["paths"].get(path, {}).get(method)
    if operation is None or response.streaming:
        return response
    described = operation["responses"].get(str(response.status_code))
    assert described, f"{method} {path} may not answer {response.status_code}"
    for media_type, content in described.get("content", {}).items():
        assert response["Content-Type"] == media_type
        errors = list(_validator(content["schema"]["$ref"]).iter_errors(json.loads(response.content)))
        assert errors == [], f"{method} {path}: {errors[0].json_path} {errors[0].message}"
    return response


@cache
def _validator(reference: str) -> OAS31Validator:
    components = build_document()["components"]
    return OAS31Validator({"$ref": reference, "components": components}, format_checker=oas31_format_checker)


def problem(response: Any) -> tuple[int, str]:
    """Status and code of a problem, after checking that it is one."""
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) >= {"type", "title", "status", "detail", "code"}
    assert (body["status"], body["type"]) == (response.status_code, f"/problems/{body['code']}")
    return response.status_code, body["code"]
