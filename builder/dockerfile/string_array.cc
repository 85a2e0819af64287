#include "builder/dockerfile/string_array.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/utf8.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

constexpr int kMaxDepth = 100;
constexpr std::uint32_t kReplacement = 0xfffd;

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) {
    out += static_cast<char>(static_cast<unsigned char>(byte));
  };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

// Checks JSON as it goes; every method returns false at the first fault.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool array(std::vector<std::string>& strings, bool& only_strings) {
    if (!take('[')) return false;
    skip_blanks();
    if (take(']')) return true;
    while (true) {
      skip_blanks();
      if (peek() == '"') {
        std::string value;
        if (!string(value)) return false;
        strings.push_back(std::move(value));
      } else {
        only_strings = false;
        if (!value(1)) return false;
      }
      skip_blanks();
      if (take(']')) return true;
      if (!take(',')) return false;
    }
  }

  bool only_blanks_left() {
    skip_blanks();
    return at_ == text_.size();
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') ++at_;
  }

  bool value(int depth) {
    if (depth > kMaxDepth) return false;
    std::string ignored;
    switch (peek()) {
      case '"': return string(ignored);
      case '[': return members(depth, '[', ']', false);
      case '{': return members(depth, '{', '}', true);
      case 't': return take("true");
      case 'f': return take("false");
      case 'n': return take("null");
      default: return number();
    }
  }

  bool members(int depth, char open, char close, bool keys) {
    if (!take(open)) return false;
    skip_blanks();
    if (take(close)) return true;
    while (true) {
      skip_blanks();
      std::string ignored;
      if (keys) {
        if (!string(ignored)) return false;
        skip_blanks();
        if (!take(':')) return false;
        skip_blanks();
      }
      if (!value(depth + 1)) return false;
      skip_blanks();
      if (take(close)) return true;
      if (!take(',')) return false;
    }
  }

  bool digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return at_ > begin;
  }

  bool number() {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool hex4(std::uint32_t& code) {
    code = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const char lower = static_cast<char>(c | 0x20);
      if (!is_digit(c) && !(lower >= 'a' && lower <= 'f')) return false;
      code = code * 16 + static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
    }
    return true;
  }

  // Behind "\u".
  bool unicode_escape(std::string& out) {
    std::uint32_t code = 0;
    if (!hex4(code)) return false;
    if (code >= 0xd800 && code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      const std::size_t second = at_;
      at_ += 2;
      std::uint32_t low = 0;
      if (!hex4(low)) return false;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      } else {
        at_ = second;
      }
    }
    append_utf8(out, code >= 0xd800 && code < 0xe000 ? kReplacement : code);
    return true;
  }

  bool escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (at_ >= text_.size()) return false;
    const char c = text_[at_++];
    if (c == 'u') return unicode_escape(out);
    const std::size_t index = kNames.find(c);
    if (index == std::string_view::npos) return false;
    out += kValues[index];
    return true;
  }

  bool string(std::string& out) {
    if (!take('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (static_cast<unsigned char>(c) >= 0x80) {
        const std::size_t length = base::decode_utf8(text_.substr(at_)).second;
        if (length == 0) append_utf8(out, kReplacement);
        out += text_.substr(at_, length);
        at_ += length == 0 ? 1 : length;
        continue;
      }
      ++at_;
      if (c == '"') return true;
      if (c != '\\') out += c;
      if (c == '\\' && !escape(out)) return false;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

StringArray parse_string_array(std::string_view text) {
  StringArray result;
  text = trim_left(text);
  if (text.empty() || text.front() != '[') return result;
  Reader reader(text);
  bool only_strings = true;
  if (!reader.array(result.strings, only_strings) || !reader.only_blanks_left()) {
    result.strings.clear();
    return result;
  }
  result.form = only_strings ? StringArray::Form::strings : StringArray::Form::mixed;
  return result;
}

}  // namespace cooper::dockerfile
