"""The routes below /review stand in one blueprint; the modules beside this one add theirs."""

from flask import Blueprint

from app.web.reviewer.words import words

blueprint = Blueprint("review", __name__, url_prefix="/review")
blueprint.context_processor(words)
