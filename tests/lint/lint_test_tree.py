"""A throw-away tree for the tests of the lints."""

import io
import tempfile
import unittest
from contextlib import redirect_stdout
from pathlib import Path

TABLE = """
| module | may include |
|---|---|
| base | nothing of ours |
| oci | base |
| registry/http | base |
| builder/store, builder/layer | oci, base |
| builder/plan | builder/{store,layer}, oci, base |
| builder (build.cc) | every builder/*, oci, base |
| cli | anything: it hands things in |

After the table.
"""

MODULES = ("base", "oci", "registry/http", "builder/store", "builder/layer", "builder/plan",
           "builder", "cli")


class LintTestCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def write_modules(self):
        """A good tree: every module, without sources."""
        self.write("ARCHITECTURE.md", TABLE)
        for module in MODULES:
            self.write(f"{module}/CMakeLists.txt", f"cooper_module(NAME {module})\n")

    def write_module(self, module, depends="", libs="", **files):
        """A module with files; name_cc="..." makes name.cc."""
        names = {name.replace("_cc", ".cc").replace("_h", ".h"): text for name, text in files.items()}
        sources = " ".join(name for name in names if name.endswith(".cc"))
        self.write(f"{module}/CMakeLists.txt",
                   f"cooper_module(NAME {module} SOURCES {sources} DEPENDS {depends} LIBS {libs})\n")
        for name, text in names.items():
            self.write(f"{module}/{name}", text)

    def run_main(self, main):
        """(exit status, what it printed)."""
        out = io.StringIO()
        with redirect_stdout(out):
            status = main(["lint", str(self.root)])
        return status, out.getvalue()
