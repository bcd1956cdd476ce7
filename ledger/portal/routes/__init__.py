"""The portal's pages and its API, one module a subject; each has a `router` that `app.create_app` takes in."""
