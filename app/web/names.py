"""The words of the product for what code knows by a key."""

from flask import Flask

from app.web.words import _


def role_name(role: str) -> str:
    """What people call a role."""
    return {
        "advisor": _("Advisor"),
        "designer": _("Designer"),
        "reviewer": _("Reviewer"),
        "operator": _("Operator"),
        "auditor": _("Auditor"),
        "admin": _("Administrator"),
    }[role]


def product_name(product: str) -> str:
    """What people call a class of products."""
    return {
        "fund": _("Funds"),
        "wealth": _("Wealth products"),
        "deposit": _("Deposits"),
        "insurance": _("Insurance"),
        "credit_card": _("Credit cards"),
        "brokerage": _("Brokerage"),
        "loan": _("Loans"),
        "generic": _("No product"),
    }[product]


def occasion_name(occasion: str) -> str:
    """What people call a type of content."""
    return {
        "poster": _("Product poster"),
        "daily": _("Daily greeting"),
        "festival": _("Festival"),
        "knowledge_card": _("Knowledge card"),
        "personal_card": _("Personal card"),
        "business_card": _("Business card"),
        "invitation": _("Invitation"),
    }[occasion]


def size_name(size: str) -> str:
    """What people call a size of a template."""
    known = {
        "phone": _("Phone screen"),
        "square": _("Square"),
        "cover": _("Cover"),
        "a4": _("A4"),
        "front": _("Front side"),
        "back": _("Back side"),
    }
    return known.get(size, size)


def licence_name(kind: str) -> str:
    """What people call a qualification."""
    return {
        "fund": _("Fund licence"),
        "insurance": _("Insurance licence"),
        "securities": _("Securities licence"),
        "futures": _("Futures licence"),
        "wealth": _("Wealth licence"),
    }[kind]


def register_names(app: Flask) -> None:
    """Offer the words to the pages of `app`."""
    for word in (role_name, product_name, occasion_name, size_name, licence_name):
        app.jinja_env.globals[word.__name__] = word
