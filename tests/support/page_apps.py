"""Pages drawn by Streamlit's own test runner, without a browser."""

from streamlit.testing.v1 import AppTest

from dashboard import paths
from dashboard.web import navigation

STEMS = [page.stem for page in navigation.PAGES]


def opened(stem: str, **state) -> AppTest:
    """A page as its address opens it, with filters set: the overview in its frame is drawn first, then the page."""
    app = AppTest.from_file(str(paths.PROJECT / "app.py"), default_timeout=60)
    for key, value in state.items():
        app.session_state[key] = value
    app.run()
    return app if stem == STEMS[0] else app.switch_page(f"pages/{stem}.py").run()


def alone(stem: str, query_params: dict[str, str] | None = None, **state) -> AppTest:
    """The page's file by itself, with parameters of the address and filters set: no frame, no other page before it."""
    app = AppTest.from_file(str(paths.PROJECT / "pages" / f"{stem}.py"), default_timeout=60)
    for key, value in (query_params or {}).items():
        app.query_params[key] = value
    for key, value in state.items():
        app.session_state[key] = value
    return app.run()


def words(app: AppTest) -> str:
    """All HTML of the page."""
    return "\n".join(element.proto.body for element in app.get("html"))
