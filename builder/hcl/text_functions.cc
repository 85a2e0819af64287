// Functions of texts.
#include <algorithm>
#include <utility>

#include "base/path.h"
#include "base/utf8.h"
#include "builder/hcl/format.h"
#include "builder/hcl/functions.h"
#include "builder/hcl/letters.h"
#include "builder/hcl/number.h"
#include "builder/hcl/semver.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to,
                     Call& call) {
  std::string out;
  if (from.empty()) {  // before every character and at the end
    for (const std::string& letter : letters_of(text)) {
      call.charge(1 + to.size() / 64);
      (out += to) += letter;
    }
    return out += to;
  }
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(from, at);
    out += text.substr(at, next - at);
    if (next == std::string_view::npos) return out;
    call.charge(1 + to.size() / 64);
    out += to;
    at = next + from.size();
  }
}

Node replace(Call& call) {
  return make_text(replaced(call.text(0), call.text(1), call.text(2), call));
}

Node indent(Call& call) {
  const std::int64_t count = call.integer(0);
  if (count < 0 || count > 1000) call.fail("argument 1 must be from 0 to 1000");
  const std::string blanks(static_cast<std::size_t>(count), ' ');
  return make_text(replaced(call.text(1), "\n", "\n" + blanks, call));
}

Node trim(Call& call) {
  std::vector<std::string> letters = letters_of(call.text(0));
  const std::vector<std::string> set = letters_of(call.text(1));
  const auto kept = [&set](const std::string& letter) {
    return std::find(set.begin(), set.end(), letter) == set.end();
  };
  const auto begin = std::find_if(letters.begin(), letters.end(), kept);
  const auto end = std::find_if(letters.rbegin(), letters.rend(), kept).base();
  std::string out;
  for (auto at = begin; at < end; ++at) out += *at;
  return make_text(std::move(out));
}

Node trim_space(Call& call) {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::string text = call.text(0);
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string::npos) return make_text({});
  return make_text(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

Node trim_prefix(Call& call) {
  const std::string text = call.text(0), prefix = call.text(1);
  return make_text(text.starts_with(prefix) ? text.substr(prefix.size()) : text);
}

Node trim_suffix(Call& call) {
  const std::string text = call.text(0), suffix = call.text(1);
  return make_text(text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text);
}

Node chomp(Call& call) {
  std::string text = call.text(0);
  text.erase(text.find_last_not_of("\r\n") + 1);
  return make_text(std::move(text));
}

Node reverse(Call& call) {
  std::vector<std::string> letters = letters_of(call.text(0));
  std::string out;
  for (auto at = letters.rbegin(); at != letters.rend(); ++at) out += *at;
  return make_text(std::move(out));
}

Node split(Call& call) {
  const std::string separator = call.text(0), text = call.text(1);
  std::vector<Node> items;
  if (separator.empty()) {
    for (std::string& letter : letters_of(text)) items.push_back(make_text(std::move(letter)));
    return make_list(std::move(items));
  }
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(separator, at);
    items.push_back(make_text(text.substr(at, next - at)));
    if (next == std::string::npos) return make_list(std::move(items));
    at = next + separator.size();
  }
}

Node join(Call& call) {
  const std::string separator = call.text(0);
  std::string out;
  bool first = true;
  for (std::size_t at = 1; at < call.count(); ++at) {
    for (const std::string& text : call.texts(at)) {
      call.charge(1 + (separator.size() + text.size()) / 64);
      if (!std::exchange(first, false)) out += separator;
      out += text;
    }
  }
  return make_text(std::move(out));
}

Node substr(Call& call) {
  const std::vector<std::string> letters = letters_of(call.text(0));
  const auto size = static_cast<std::int64_t>(letters.size());
  std::int64_t offset = call.integer(1);
  const std::int64_t length = call.integer(2);
  if (offset < 0) offset = std::max<std::int64_t>(offset + size, 0);
  const std::int64_t end = length < 0 ? size : std::min(size, offset + length);
  std::string out;
  for (std::int64_t at = offset; at < end; ++at) out += letters[static_cast<std::size_t>(at)];
  return make_text(std::move(out));
}

Node sanitize(Call& call) {
  std::string out;
  for (const std::string& letter : letters_of(call.text(0))) {
    const char c = letter.front();
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    out += kept ? c : '_';
  }
  return make_text(std::move(out));
}

Node basename(Call& call) {
  std::string path = call.text(0);
  if (path.empty()) return make_text(".");
  path.erase(path.find_last_not_of('/') + 1);
  if (path.empty()) return make_text("/");
  return make_text(path.substr(path.rfind('/') + 1));
}

// Go's path.Dir: what is before the last '/', cleaned.
Node dirname(Call& call) {
  const std::string path = call.text(0);
  return make_text(base::clean_path(path.substr(0, path.rfind('/') + 1)));
}

Node format(Call& call) { return make_text(format_values(call, 0)); }

Node semvercmp(Call& call) {
  std::string why;
  const auto satisfied = satisfies(call.text(0), call.text(1), why);
  if (!satisfied) call.fail(why);
  return make_boolean(*satisfied);
}

}  // namespace

FunctionTable text_functions() {
  return {{"upper", {1, 1, [](Call& call) { return make_text(upper(call.text(0))); }}},
          {"lower", {1, 1, [](Call& call) { return make_text(lower(call.text(0))); }}},
          {"title", {1, 1, [](Call& call) { return make_text(title(call.text(0))); }}},
          {"strlen",
           {1, 1,
            [](Call& call) {
              return make_number(static_cast<long double>(letters_of(call.text(0)).size()));
            }}},
          {"byteslen",
           {1, 1,
            [](Call& call) { return make_number(static_cast<long double>(call.text(0).size())); }}},
          {"bytesslice",
           {3, 3, [](Call& call) -> Node { call.refuse("a slice of bytes is no text"); }}},
          {"replace", {3, 3, replace}},
          {"indent", {2, 2, indent}},
          {"trim", {2, 2, trim}},
          {"trimspace", {1, 1, trim_space}},
          {"trimprefix", {2, 2, trim_prefix}},
          {"trimsuffix", {2, 2, trim_suffix}},
          {"chomp", {1, 1, chomp}},
          {"reverse", {1, 1, reverse}},
          {"split", {2, 2, split}},
          {"join", {1, kAnyCount, join}},
          {"substr", {3, 3, substr}},
          {"sanitize", {1, 1, sanitize}},
          {"basename", {1, 1, basename}},
          {"dirname", {1, 1, dirname}},
          {"format", {1, kAnyCount, format}},
          {"formatlist", {1, kAnyCount, format_list}},
          {"semvercmp", {2, 2, semvercmp}},
          {"homedir", {0, 0, [](Call& call) { return make_text(call.facts().home); }}}};
}

}  // namespace cooper::hcl
