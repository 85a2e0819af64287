// Lines and columns of a Dockerfile, counted from 1; end is inclusive for lines, exclusive for
// columns (0: whole line).
#pragma once

namespace cooper::dockerfile {

struct SourceRange {
  int first_line = 0;
  int last_line = 0;
  int first_column = 0;
  int end_column = 0;
  bool operator==(const SourceRange&) const = default;
};

}  // namespace cooper::dockerfile
