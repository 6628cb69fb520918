"""What Streamlit runs at every interaction.

It is here and not beside this folder, because Streamlit takes a folder `pages` beside its script for pages of
the old kind, each file a script of its own.
"""

from labeler_ui.app import main

main()
