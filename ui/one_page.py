"""What a part of a page asks for is done on the page that is there.

A part that reads itself again, or a button in it that is pressed twice, may still ask in the name of the former page
while the next one is being drawn. Streamlit (1.67) would answer after that with a run of the former page, of which
nothing is there: the browser takes down all of the new page. Here such a request is one of the new page; parts that it
does not have are passed over by Streamlit itself.
"""

from dataclasses import replace

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner


class OnePageScriptRunner(ScriptRunner):
    """Streamlit's, for which a part of a page can't bring back another page."""

    def _run_script(self, rerun_data: RerunData) -> None:
        ctx = self._get_script_run_ctx()
        here = ctx.page_script_hash  # none: nothing was drawn by this thread yet
        if rerun_data.fragment_id_queue and here and rerun_data.page_script_hash != here:
            rerun_data = replace(rerun_data, page_script_hash=here, query_string=ctx.query_string)
        super()._run_script(rerun_data)


def install() -> None:
    """For all sessions of this process that begin from now on."""
    app_session.ScriptRunner = OnePageScriptRunner  # type: ignore[attr-defined]
