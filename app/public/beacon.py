"""The beacon: what a landing page says in the background. Whatever comes, the answer is the same and empty."""

import time
from contextlib import suppress

from flask import Blueprint, Response, request

from app.kernel.errors import AppError
from app.links.core import is_code
from app.public.acts import keep_act, known_visitor
from app.public.parts import parts
from app.public.walls import require_own_form
from app.tracking.core import Kind

LOOK_SECONDS = 3.0
SLACK_SECONDS = 1.0  # a token's age is counted in whole seconds
KINDS: dict[str, Kind] = {"seen": "seen", "contact": "contact"}

blueprint = Blueprint("beacon", __name__)


@blueprint.post("/b/<code>")
def listen(code: str) -> Response:
    """Keep what a page of ours says for the first time; a forged, replayed or early word changes nothing."""
    kind = KINDS.get(request.form.get("kind", ""))
    with suppress(AppError):
        require_own_form(parts().settings)
        if kind is not None and is_code(code):
            _take(code, kind, request.form.get("token", ""))
    return Response(status=204)


def _take(code: str, kind: Kind, token: str) -> None:
    read = parts().tokens.read(token, code, time.time())
    if read is None or (kind == "seen" and read[1] < LOOK_SECONDS - SLACK_SECONDS):
        return
    answer = parts().intake.links.find(code)
    if answer is None or answer.kind != "redirect":
        return
    nonce = f"{kind[0]}{read[0]}"
    if parts().once.take(nonce):
        keep_act(answer.place, kind, visitor=known_visitor(), nonce=nonce)
