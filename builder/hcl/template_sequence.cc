// Pieces of a template -> its expression.
#include <algorithm>
#include <utility>

#include "builder/hcl/expression_parser.h"
#include "builder/hcl/template_part.h"

namespace cooper::hcl {
namespace {

using Kind = Expression::Kind;
using PartKind = TemplatePart::Kind;

constexpr int kMaxDirectives = 32;

Expression text_of(std::vector<Expression> pieces, const Position& where) {
  if (pieces.empty()) return make_literal(make_text({}), where);
  if (pieces.size() == 1 && pieces[0].kind == Kind::literal) return std::move(pieces[0]);
  const Position begin = pieces[0].where;
  return make_expression(Kind::text, begin, std::move(pieces));
}

void add_literal(std::vector<Expression>& pieces, TemplatePart& part) {
  const bool joined = !pieces.empty() && pieces.back().kind == Kind::literal &&
                      pieces.back().value.kind == Node::Kind::string;
  if (joined) {
    pieces.back().value.text += part.text;
  } else {
    pieces.push_back(make_literal(make_text(std::move(part.text)), part.where));
  }
}

}  // namespace

// Up to a directive that ends or goes on with an outer one, which is left at `at`.
Expression ExpressionParser::sequence(std::vector<TemplatePart>& parts, std::size_t& at,
                                      int depth) {
  const Position where =
      parts.empty() ? cursor_.here() : parts[std::min(at, parts.size() - 1)].where;
  std::vector<Expression> pieces;
  const bool alone = depth == 0 && parts.size() == 1;
  while (at < parts.size()) {
    TemplatePart& part = parts[at];
    if (part.kind == PartKind::literal) {
      add_literal(pieces, part);
      ++at;
    } else if (part.kind == PartKind::interpolation) {
      if (alone) return std::move(part.expression);
      pieces.push_back(std::move(part.expression));
      ++at;
    } else if (part.kind == PartKind::if_ || part.kind == PartKind::for_) {
      pieces.push_back(nested(parts, at, depth + 1));
    } else if (depth > 0) {
      break;
    } else {
      fail_at(part.where, "a template directive ends what does not begin", {}, 2);
    }
  }
  return text_of(std::move(pieces), where);
}

// From an "if" or "for" over its end.
Expression ExpressionParser::nested(std::vector<TemplatePart>& parts, std::size_t& at, int depth) {
  TemplatePart begin = std::move(parts[at]);
  if (depth > kMaxDirectives) {
    fail_at(begin.where, "template directives are nested deeper than 32 levels", {}, 2,
            base::ErrorKind::limit);
  }
  const bool is_if = begin.kind == PartKind::if_;
  const PartKind end = is_if ? PartKind::endif : PartKind::endfor;
  std::vector<Expression> pieces;
  pieces.push_back(std::move(begin.expression));
  pieces.push_back(sequence(parts, ++at, depth));
  if (is_if && at < parts.size() && parts[at].kind == PartKind::else_) {
    pieces.push_back(sequence(parts, ++at, depth));
  } else if (is_if) {
    pieces.push_back(make_literal(make_text({}), begin.where));
  }
  if (at >= parts.size() || parts[at].kind != end) {
    fail_at(begin.where, is_if ? "'%{if' without '%{endif}'" : "'%{for' without '%{endfor}'", {},
            2);
  }
  ++at;
  Expression made =
      make_expression(is_if ? Kind::condition : Kind::for_text, begin.where, std::move(pieces));
  made.name = std::move(begin.name);
  made.key_name = std::move(begin.key_name);
  return made;
}

}  // namespace cooper::hcl
