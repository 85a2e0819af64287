// What ExpressionParser keeps for as long as it is inside something.
#pragma once

#include "builder/hcl/expression_parser.h"

namespace cooper::hcl {

class ExpressionParser::Nesting {
 public:
  explicit Nesting(ExpressionParser& parser) : parser_(parser) {
    if (++parser_.depth_ <= kMaxDepth) return;
    --parser_.depth_;
    fail_at(parser_.cursor_.here(), "nested deeper than 64 levels", {}, 1, base::ErrorKind::limit);
  }
  ~Nesting() { --parser_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  static constexpr int kMaxDepth = 64;
  ExpressionParser& parser_;
};

// Whether line ends are blanks.
class ExpressionParser::Lines {
 public:
  Lines(ExpressionParser& parser, bool ignored) : parser_(parser), before_(parser.ignore_lines_) {
    parser_.ignore_lines_ = ignored;
  }
  ~Lines() { parser_.ignore_lines_ = before_; }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

 private:
  ExpressionParser& parser_;
  bool before_;
};

}  // namespace cooper::hcl
