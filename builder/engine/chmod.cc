#include "builder/engine/chmod.h"

#include "base/error.h"

namespace cooper::engine {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& cause) {
  throw base::Error(base::ErrorKind::usage, "parse --chmod", std::string(text), cause)
      .with_hint("use an octal mode such as 0755 or a symbolic one such as u=rwX,go=rX");
}

std::uint32_t parse_octal(std::string_view text) {
  std::uint32_t mode = 0;
  for (char c : text) {
    if (c < '0' || c > '7') refuse(text, "not an octal number");
    mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
    if (mode > 07777) refuse(text, "larger than 07777");
  }
  return mode;
}

// rwx of one class spread over the classes of `who`.
std::uint32_t spread(std::uint32_t rwx, std::uint32_t who) {
  return (rwx << 6 | rwx << 3 | rwx) & who;
}

}  // namespace

ModeChange::Clause ModeChange::parse_clause(std::string_view& rest, std::string_view whole) {
  Clause clause;
  const auto next = [&rest] {
    const char c = rest.front();
    rest.remove_prefix(1);
    return c;
  };
  while (!rest.empty() && std::string_view("ugoa").find(rest.front()) != std::string_view::npos) {
    switch (next()) {
      case 'u': clause.who |= 0700; break;
      case 'g': clause.who |= 0070; break;
      case 'o': clause.who |= 0007; break;
      default: clause.who |= 0777; break;
    }
  }
  if (clause.who == 0) clause.who = 0777;
  if (rest.empty() || std::string_view("+-=").find(rest.front()) == std::string_view::npos) {
    refuse(whole, "expected + - or =");
  }
  clause.operation = next();
  while (!rest.empty() &&
         std::string_view("rwxXstugo").find(rest.front()) != std::string_view::npos) {
    clause.permissions += next();
  }
  return clause;
}

ModeChange ModeChange::parse(std::string_view text) {
  ModeChange change;
  if (text.empty()) refuse(text, "empty");
  if (text.front() >= '0' && text.front() <= '9') {
    change.change_ = parse_octal(text);
    return change;
  }
  std::vector<Clause> clauses;
  std::string_view rest = text;
  for (;;) {
    clauses.push_back(parse_clause(rest, text));
    while (!rest.empty() && rest.front() != ',') {  // "u+r-w": more operations on the same classes
      Clause more = parse_clause(rest, text);
      more.who = clauses.back().who;
      clauses.push_back(std::move(more));
    }
    if (rest.empty()) break;
    rest.remove_prefix(1);
  }
  change.change_ = std::move(clauses);
  return change;
}

// What "=" takes away: with permissions as letters the set-id bits too, with a copied class (g=u)
// not.
std::uint32_t ModeChange::cleared(const Clause& clause) {
  if (clause.permissions.find_first_of("ugo") != std::string::npos) return clause.who;
  return clause.who | ((clause.who & 0700) != 0 ? 04000U : 0U) |
         ((clause.who & 0070) != 0 ? 02000U : 0U);
}

// X asks the mode the entry had before any clause.
std::uint32_t ModeChange::bits(const Clause& clause, std::uint32_t mode, std::uint32_t original,
                               bool directory) {
  std::uint32_t out = 0;
  for (char c : clause.permissions) {
    switch (c) {
      case 'r': out |= spread(04, clause.who); break;
      case 'w': out |= spread(02, clause.who); break;
      case 'x': out |= spread(01, clause.who); break;
      case 'X': out |= directory || (original & 0111) != 0 ? spread(01, clause.who) : 0; break;
      case 's':
        out |= ((clause.who & 0700) != 0 ? 04000U : 0U) | ((clause.who & 0070) != 0 ? 02000U : 0U);
        break;
      case 't': out |= (clause.who & 0770) != 0 ? 01000U : 0U; break;
      case 'u': out |= spread((mode >> 6) & 7, clause.who); break;
      case 'g': out |= spread((mode >> 3) & 7, clause.who); break;
      default: out |= spread(mode & 7, clause.who); break;
    }
  }
  return out;
}

std::uint32_t ModeChange::apply_to_new(std::uint32_t mode) const {
  const auto* fixed = std::get_if<std::uint32_t>(&change_);
  return fixed != nullptr ? *fixed & 0777 : mode;
}

std::uint32_t ModeChange::apply(std::uint32_t mode, bool directory) const {
  if (const auto* fixed = std::get_if<std::uint32_t>(&change_)) return *fixed;
  const std::uint32_t original = mode;
  for (const Clause& clause : std::get<std::vector<Clause>>(change_)) {
    const std::uint32_t set = bits(clause, mode, original, directory);
    if (clause.operation == '+') mode |= set;
    if (clause.operation == '-') mode &= ~set;
    if (clause.operation == '=') mode = (mode & ~cleared(clause)) | set;
  }
  return mode;
}

}  // namespace cooper::engine
