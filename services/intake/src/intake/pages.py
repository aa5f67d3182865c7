"""Static pages of the service: their own script and style may run, nothing else may."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode


def _hash_of(tag: str, html: str) -> str:
    (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
    return f"'sha256-{b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def headers_of(html: str) -> dict[str, str]:
    """Headers under which a page runs its own script and style only, and is kept nowhere."""
    own = f"style-src {_hash_of('style', html)}; script-src {_hash_of('script', html)}"
    return {
        "Content-Security-Policy": f"default-src 'none'; {own}; "
        "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
