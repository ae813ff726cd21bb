"""Static files under names that hold a digest of what is in them: a browser may keep each for long, and never shows one
of an older version. Imports in our modules, and addresses in style sheets, are rewritten as the files are collected.
"""

from django.contrib.staticfiles.storage import HashedFilesMixin, ManifestStaticFilesStorage

IMPORTS = (r"""(?P<matched>from "(?P<url>\.{1,2}/[^"]+)")""", 'from "%(url)s"')
"""The one form that our modules import in."""

YEAR_S = 365 * 24 * 3600
"""How long a browser may keep a file."""


class StaticFiles(ManifestStaticFilesStorage):
    # Scripts of packages are megabytes that import nothing: reading them would be most of the time that a start takes.
    patterns = (
        *(one for one in HashedFilesMixin.patterns if one[0] == "*.css"),
        *((folder, (IMPORTS,)) for folder in ("page/*.js", "embed/*.js")),
    )
    keep_intermediate_files = False

    def stored_name(self, name: str) -> str:
        """The plain name where nothing was collected: in tests, and under Django's own server."""
        return super().stored_name(name) if self.hashed_files else name
