"""What a WSGI server runs, when it is not `imprimatur serve`."""

from app.factory import create_served_app

application = create_served_app()
