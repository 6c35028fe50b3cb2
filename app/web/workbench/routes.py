"""The routes below /rules stand in one blueprint; the modules beside this one add theirs."""

from flask import Blueprint

from app.web.reviewer.words import words as review_words
from app.web.workbench.words import words

blueprint = Blueprint("rules", __name__, url_prefix="/rules")
blueprint.context_processor(lambda: {**review_words(), **words()})
