"""All routes of the designer's pages."""

from app.web.designer import changes, pages, pictures
from app.web.designer.board import blueprint
from app.web.designer.words import register_words

blueprint.record_once(lambda state: register_words(state.app.jinja_env))

__all__ = ["blueprint", "changes", "pages", "pictures"]
