"""A model to take along: what it is good for, the archive, and the command that does the same."""

import streamlit as st
from labeler_ui import session
from labeler_ui.words import t

from labeler.client import Project
from labeler.wire.registry import ModelOut


def draw(project: Project, model: ModelOut) -> None:
    """An expander at the end of a model."""
    with st.expander(t("Use it elsewhere")):
        st.markdown(
            t(
                "A folder that answers without this service, on any machine with Python: the model, the code that "
                "reads it, its card, a small server and a Dockerfile. Twenty items of the project go along, with what "
                "the model says of them, so that one can check that it says the same there."
            )
        )
        # A link to the API, not a download through Streamlit: it streams, whatever the size.
        address = session.at(f"/api/v1{project.path}/models/{model.number}/export")
        st.link_button(t("Download the folder"), address, icon=":material/download:")
        st.markdown(t("The same on the command line:"))
        st.code(f"labeler export-model {project.slug} {model.number} FOLDER", language="bash")
        st.markdown(
            t(
                "For programs in other languages there is the model as ONNX: one file that takes items as they are "
                "written. It is made only where it says the same of up to 1,000 of the project's items, and asks for "
                "the extra `onnx` where the service runs."
            )
        )
        st.link_button(t("Download as ONNX"), f"{address}?format=onnx", icon=":material/download:")
        st.code(f"labeler export-model {project.slug} {model.number} FOLDER --onnx", language="bash")
