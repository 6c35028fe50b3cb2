"""HTML pages, by person."""

from flask import Blueprint, Flask, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from app.kernel.errors import Invalid
from app.web.admin import organisations, people
from app.web.advisor import customers, editor_desk, gallery, home, pictures, tasks
from app.web.advisor.all_works import blueprint as works
from app.web.advisor.customer_words import register_customer_words
from app.web.assets import entry
from app.web.auditor import blueprint as audit
from app.web.designer.brand import blueprint as brand
from app.web.designer.design import blueprint as design
from app.web.errors import register_errors
from app.web.languages import register_languages
from app.web.names import register_names
from app.web.navigation import register_navigation
from app.web.observe import register_observation
from app.web.operator import circulation, results
from app.web.parts import EXTENSION, WebParts
from app.web.policy import guard, public, undeclared
from app.web.reviewer import blueprint as review
from app.web.security import register_security
from app.web.session.cookie import register_login
from app.web.session.everything import blueprint as session
from app.web.turns import EXTENSION as TURNS
from app.web.turns import Turns
from app.web.workbench import blueprint as workbench

BLUEPRINTS: tuple[Blueprint, ...] = (
    session,
    home.blueprint,
    gallery.blueprint,
    editor_desk.blueprint,
    pictures.blueprint,
    works,
    customers.blueprint,
    tasks.blueprint,
    review,
    workbench,
    audit,
    people.blueprint,
    organisations.blueprint,
    results.blueprint,
    circulation.blueprint,
    design,
    brand,
)


def create_web(parts: WebParts) -> Flask:
    """The application that answers with pages. *Raises* Invalid ``no_policy`` when a route has not declared its own."""
    app = Flask("app.web", static_folder="static", template_folder="templates")
    app.extensions[EXTENSION] = parts
    app.extensions[TURNS] = Turns()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    register_observation(app)
    register_security(app, parts.settings)
    register_login(app)
    app.before_request(guard)
    register_languages(app)
    register_errors(app)
    app.jinja_env.globals["script_of"] = lambda source: url_for("static", filename=entry(source).script)
    app.jinja_env.globals["styles_of"] = lambda source: [
        url_for("static", filename=file) for file in entry(source).styles
    ]
    register_names(app)
    register_customer_words(app)
    register_navigation(app)
    public(app.view_functions["static"])
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if missing := undeclared(app):
        raise Invalid("no_policy", f"these routes have not declared who may call them: {', '.join(missing)}")
    if parts.settings.proxies:
        trusted = parts.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=trusted, x_proto=trusted)  # type: ignore[method-assign]
    return app
