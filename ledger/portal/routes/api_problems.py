"""What the API's routes may answer besides what they are for, as the OpenAPI document says it (RFC 9457)."""

from typing import Any

_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_CONTENT = {"application/problem+json": {"schema": _SCHEMA}}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"description": "It could not be read.", "content": _CONTENT},
    401: {"description": "No token that holds was given.", "content": _CONTENT},
    403: {"description": "The token's scopes do not allow it.", "content": _CONTENT},
    404: {"description": "There is nothing of that name, or it is not yours.", "content": _CONTENT},
    413: {"description": "It is too long.", "content": _CONTENT},
    415: {"description": "It is of a kind that is not taken.", "content": _CONTENT},
    422: {"description": "Something in it is not as it should be.", "content": _CONTENT},
    429: {"description": "Asked too often.", "content": _CONTENT},
    503: {"description": "The ledger cannot be reached just now.", "content": _CONTENT},
}
