#include "builder/dockerfile/substitute.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/utf8.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

using Characters = std::vector<char32_t>;

constexpr char32_t kAny = 0xffffffff;          // '?' in a pattern
constexpr char32_t kInvalidByte = 0x80000000;  // plus the byte
constexpr std::size_t kMaxWork = std::size_t{1} << 28;

std::size_t next_character(std::string_view text, char32_t& code) {
  const auto decoded = base::decode_utf8(text);
  code =
      decoded.second > 0 ? decoded.first : kInvalidByte + static_cast<unsigned char>(text.front());
  return std::max<std::size_t>(decoded.second, 1);
}

// A value as characters, each with the byte it begins at.
struct Value {
  explicit Value(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      char32_t code = 0;
      const std::size_t length = next_character(text.substr(at), code);
      characters.push_back(code);
      offsets.push_back(at);
      at += length;
    }
    offsets.push_back(text.size());
  }
  Characters characters;
  std::vector<std::size_t> offsets;
};

// A pattern cut at its stars: "a*b" is {"a", "b"}. Never empty.
using Chunks = std::vector<Characters>;

[[noreturn]] void fail_pattern(std::string_view pattern, std::string cause) {
  throw base::Error(base::ErrorKind::usage, "use pattern", std::string(pattern.substr(0, 200)),
                    std::move(cause));
}

Chunks parse_pattern(std::string_view pattern) {
  Chunks chunks(1);
  for (std::size_t at = 0; at < pattern.size();) {
    char32_t code = 0;
    at += next_character(pattern.substr(at), code);
    if (code == U'*') {
      chunks.emplace_back();
      continue;
    }
    if (code == U'\\') {
      const char escaped = at < pattern.size() ? pattern[at] : '\0';
      if (escaped == '\0' || std::string_view("*?\\/}").find(escaped) == std::string_view::npos) {
        fail_pattern(pattern, "only \\* \\? \\\\ \\/ \\} can be escaped in a pattern");
      }
      code = static_cast<unsigned char>(escaped);
      ++at;
    } else if (code == U'?') {
      code = kAny;
    }
    chunks.back().push_back(code);
  }
  return chunks;
}

bool matches_at(const Characters& value, std::size_t at, const Characters& chunk) {
  if (chunk.size() > value.size() - at) return false;
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    if (chunk[i] != kAny && chunk[i] != value[at + i]) return false;
  }
  return true;
}

std::optional<std::size_t> find_first(const Characters& value, std::size_t from,
                                      const Characters& chunk) {
  for (std::size_t at = from; at + chunk.size() <= value.size(); ++at) {
    if (matches_at(value, at, chunk)) return at;
  }
  return std::nullopt;
}

std::optional<std::size_t> find_last(const Characters& value, std::size_t from,
                                     const Characters& chunk) {
  if (from + chunk.size() > value.size()) return std::nullopt;
  for (std::size_t at = value.size() - chunk.size() + 1; at-- > from;) {
    if (matches_at(value, at, chunk)) return at;
  }
  return std::nullopt;
}

struct Match {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The leftmost match at or after `from`. A later start has less room than an earlier one, so the
// first place where the first chunk fits decides.
std::optional<Match> find_match(const Characters& value, std::size_t from, const Chunks& chunks,
                                bool anchored, bool longest) {
  const auto begin =
      anchored ? (matches_at(value, from, chunks.front()) ? std::optional(from) : std::nullopt)
               : find_first(value, from, chunks.front());
  if (!begin) return std::nullopt;
  std::size_t end = *begin + chunks.front().size();
  for (std::size_t i = 1; i < chunks.size(); ++i) {
    const bool last = i + 1 == chunks.size();
    const auto at =
        last && longest ? find_last(value, end, chunks[i]) : find_first(value, end, chunks[i]);
    if (!at) return std::nullopt;
    end = *at + chunks[i].size();
  }
  return Match{*begin, end};
}

void check_work(std::string_view value, std::string_view pattern) {
  if (!pattern.empty() && value.size() > kMaxWork / pattern.size()) {
    throw base::Error(base::ErrorKind::limit, "use pattern", std::string(pattern.substr(0, 200)),
                      "pattern and value are too long");
  }
}

// BuildKit's replacement of all matches is a template of Go's regexp: $0 and ${0} are the match,
// any other $name is empty, $$ is a dollar.
std::string with_template(std::string_view replacement, std::string_view match) {
  std::string out;
  while (!replacement.empty()) {
    const std::size_t dollar = replacement.find('$');
    out += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) break;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const bool braced = replacement.starts_with('{');
    const std::string_view rest = replacement.substr(braced ? 1 : 0);
    std::size_t length = 0;
    while (length < rest.size() &&
           (is_digit(rest[length]) || is_letter(rest[length]) || rest[length] == '_'))
      ++length;
    if (length == 0 || (braced && rest.substr(length, 1) != "}")) {
      out += '$';  // no name: the dollar is text
      continue;
    }
    if (rest.substr(0, length) == "0") out += match;
    replacement = rest.substr(length + (braced ? 1 : 0));
  }
  return out;
}

}  // namespace

std::string remove_prefix(const std::string& value, std::string_view pattern, bool longest) {
  check_work(value, pattern);
  const Value text(value);
  const auto match = find_match(text.characters, 0, parse_pattern(pattern), true, longest);
  return match ? value.substr(text.offsets[match->end]) : value;
}

std::string remove_suffix(const std::string& value, std::string_view pattern, bool longest) {
  check_work(value, pattern);
  Value text(value);
  Chunks chunks = parse_pattern(pattern);
  std::reverse(chunks.begin(), chunks.end());
  for (Characters& chunk : chunks) std::reverse(chunk.begin(), chunk.end());
  std::reverse(text.characters.begin(), text.characters.end());
  const auto match = find_match(text.characters, 0, chunks, true, longest);
  return match ? value.substr(0, text.offsets[text.characters.size() - match->end]) : value;
}

std::string replace_pattern(const std::string& value, std::string_view pattern,
                            std::string_view replacement, bool all) {
  check_work(value, pattern);
  const Value text(value);
  const Chunks chunks = parse_pattern(pattern);
  std::string out;
  std::size_t copied = 0;
  std::optional<std::size_t> last_end;
  for (std::size_t from = 0; from <= text.characters.size();) {
    const auto match = find_match(text.characters, from, chunks, false, true);
    if (!match) break;
    out.append(value, text.offsets[copied], text.offsets[match->begin] - text.offsets[copied]);
    // An empty match right behind the one before does not count.
    if (match->end > match->begin || match->begin != last_end) {
      const std::size_t begin = text.offsets[match->begin];
      out += all ? with_template(replacement, std::string_view(value).substr(
                                                  begin, text.offsets[match->end] - begin))
                 : std::string(replacement);
    }
    if (out.size() > (std::size_t{8} << 20)) {
      throw base::Error(base::ErrorKind::limit, "expand", "", "the result is larger than 8 MiB");
    }
    copied = match->end;
    last_end = match->end;
    if (!all) break;
    from = match->end > from ? match->end : from + 1;
  }
  return out + value.substr(text.offsets[copied]);
}

}  // namespace cooper::dockerfile
