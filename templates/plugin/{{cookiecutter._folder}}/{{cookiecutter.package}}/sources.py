"""Where the figures of this plugin come from. Unknown is absent; what is made up is synthetic, and shown as such."""

from pilotkit import Certainty, LocalText, Source

EXAMPLE = "{{ cookiecutter.name }}.example"

SOURCES = (
    Source(
        id=EXAMPLE,
        title=LocalText({"en": "Example made up by pilotkit plugin new", "vi": "Ví dụ giả lập"}),
        certainty=Certainty.SYNTHETIC,
        note=LocalText({"en": "Replace it by a publication.", "vi": "Hãy thay bằng một nguồn đã công bố."}),
    ),
)
