#include "builder/hcl/template_part.h"

#include <algorithm>
#include <limits>
#include <string_view>

namespace cooper::hcl {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\v\f";

}  // namespace

void trim_parts(std::vector<TemplatePart>& parts) {
  for (std::size_t at = 0; at < parts.size(); ++at) {
    if (parts[at].trim_before && at > 0) {
      std::string& text = parts[at - 1].text;
      text.erase(text.find_last_not_of(kBlanks) + 1);
    }
    if (parts[at].trim_after && at + 1 < parts.size()) {
      std::string& text = parts[at + 1].text;
      text.erase(0, std::min(text.find_first_not_of(kBlanks), text.size()));
    }
  }
}

void flush_parts(std::vector<TemplatePart>& parts) {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  std::vector<TemplatePart*> first;
  bool line_begins = true;
  for (TemplatePart& part : parts) {
    const bool literal = part.kind == TemplatePart::Kind::literal;
    const bool ends = literal && !part.text.empty() && part.text.back() == '\n';
    if (line_begins) {
      const std::size_t content = literal ? part.text.find_first_not_of(kBlanks) : 0;
      if (content != std::string::npos || !ends) {
        least = std::min(least, std::min(content, part.text.size()));
        if (literal) first.push_back(&part);
      }
    }
    line_begins = ends;
  }
  for (TemplatePart* part : first) part->text.erase(0, std::min(least, part->text.size()));
}

}  // namespace cooper::hcl
