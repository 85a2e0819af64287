#include "cli/difference_text.h"

#include "base/error.h"

namespace cooper::cli {

std::string members_text(const std::vector<images::MemberDifference>& members) {
  std::string text;
  for (const images::MemberDifference& one : members) {
    const std::string member = base::printable(one.member);
    if (one.before) text += "- " + member + " = " + base::printable(*one.before) + "\n";
    if (one.after) text += "+ " + member + " = " + base::printable(*one.after) + "\n";
  }
  return text;
}

std::string paths_text(const std::vector<images::PathDifference>& paths) {
  using Kind = images::PathDifference::Kind;
  std::string text;
  for (const images::PathDifference& one : paths) {
    text += one.kind == Kind::added ? "+ " : one.kind == Kind::removed ? "- " : "~ ";
    text += base::printable(one.path);
    for (std::size_t i = 0; i < one.what.size(); ++i)
      text += (i == 0 ? ": " : ", ") + base::printable(one.what[i]);
    text += "\n";
  }
  return text;
}

}  // namespace cooper::cli
