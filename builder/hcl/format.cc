#include "builder/hcl/format.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "builder/hcl/json_text.h"
#include "builder/hcl/letters.h"
#include "builder/hcl/number.h"
#include "builder/hcl/number_format.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

constexpr std::size_t kMaxWidth = 1000;

class Formatter {
 public:
  Formatter(Call& call, std::size_t row, bool lists)
      : call_(call), row_(row), lists_(lists), format_(call.text(0)) {}

  std::string run() {
    std::string out;
    while (at_ < format_.size()) {
      const char c = format_[at_++];
      if (c != '%') {
        out += c;
      } else if (at_ < format_.size() && format_[at_] == '%') {
        ++at_;
        out += '%';
      } else {
        out += verb();
      }
      call_.charge(1);
    }
    if (!indexed_ && next_ < call_.count()) {
      call_.fail("there are " + std::to_string(call_.count() - 1) + " values for " +
                 std::to_string(next_ - 1) + " verbs");
    }
    return out;
  }

 private:
  std::size_t digits() {
    std::size_t value = 0;
    for (; at_ < format_.size() && format_[at_] >= '0' && format_[at_] <= '9'; ++at_) {
      value = value * 10 + static_cast<std::size_t>(format_[at_] - '0');
      if (value > kMaxWidth) call_.fail("a width, precision or index is more than 1000");
    }
    return value;
  }

  std::string verb() {
    NumberForm form;
    for (; at_ < format_.size(); ++at_) {
      const char c = format_[at_];
      if (c == '+')
        form.plus = true;
      else if (c == '-')
        form.left = true;
      else if (c == ' ')
        form.blank = true;
      else if (c == '0')
        form.zeros = true;
      else if (c == '#')
        form.sharp = true;
      else
        break;
    }
    form.width = digits();
    if (at_ < format_.size() && format_[at_] == '.') {
      ++at_;
      form.precision = static_cast<int>(digits());
    }
    if (at_ < format_.size() && format_[at_] == '[') {
      ++at_;
      next_ = digits();
      indexed_ = true;
      if (next_ == 0 || at_ >= format_.size() || format_[at_++] != ']')
        call_.fail("an index is written %[1]s");
    }
    if (at_ >= format_.size()) call_.fail("the format ends inside a verb");
    form.verb = format_[at_++];
    if (next_ >= call_.count()) {
      call_.fail(std::string("there is no value for the verb %") + form.verb);
    }
    std::string text = padded(piece(form, argument(next_++)), form);
    call_.charge(text.size() / 64);
    return text;
  }

  const Node& argument(std::size_t at) const {
    const Node& value = call_.any(at);
    if (!lists_ || value.kind != Node::Kind::list) return value;
    return value.items.at(row_);
  }

  std::string piece(NumberForm& form, const Node& value) {
    switch (form.verb) {
      case 'v': return any_value(form, value);
      case 't': {
        const auto boolean = try_boolean(value);
        if (!boolean) call_.fail("%t needs true or false, not " + describe(value.kind));
        return *boolean ? "true" : "false";
      }
      case 's':
      case 'q': {
        const auto text = try_text(value);
        if (!text) {
          call_.fail(std::string("%") + form.verb + " needs a text, not " + describe(value.kind));
        }
        form.zeros = false;
        const std::string cut = shortened(*text, form);
        return form.verb == 'q' ? json_quoted(cut) : cut;
      }
      default: break;
    }
    if (std::string_view("bdoxXeEfFgG").find(form.verb) == std::string_view::npos)
      call_.fail(std::string("there is no verb %") + form.verb);
    const auto number = try_number(value);
    if (!number) {
      call_.fail(std::string("%") + form.verb + " needs a number, not " + describe(value.kind));
    }
    return format_number(*number, form);
  }

  std::string any_value(NumberForm& form, const Node& value) {
    form.zeros = form.zeros && value.kind == Node::Kind::number;
    if (form.sharp) return json_text(value);
    if (value.kind == Node::Kind::null) return "null";
    if (const auto text = try_text(value)) return shortened(*text, form);
    return json_text(value);
  }

  static std::string shortened(const std::string& text, const NumberForm& form) {
    if (form.precision < 0) return text;
    std::string out;
    int left = form.precision;
    for (const std::string& letter : letters_of(text)) {
      if (left-- <= 0) break;
      out += letter;
    }
    return out;
  }

  static std::string padded(std::string piece, const NumberForm& form) {
    const std::size_t size = letters_of(piece).size();
    if (size >= form.width) return piece;
    const std::size_t missing = form.width - size;
    if (form.left) return piece + std::string(missing, ' ');
    if (!form.zeros) return std::string(missing, ' ') + piece;
    const bool sign = !piece.empty() && (piece.front() == '-' || piece.front() == '+');
    return piece.insert(sign ? 1 : 0, missing, '0');
  }

  Call& call_;
  std::size_t row_;
  bool lists_;
  std::string format_;
  std::size_t at_ = 0;
  std::size_t next_ = 1;
  bool indexed_ = false;
};

}  // namespace

std::string format_values(Call& call, std::size_t row, bool lists) {
  return Formatter(call, row, lists).run();
}

Node format_list(Call& call) {
  std::size_t rows = 1;
  bool first = true;
  for (std::size_t at = 1; at < call.count(); ++at) {
    if (call.any(at).kind != Node::Kind::list) continue;
    const std::size_t size = call.any(at).items.size();
    if (!first && size != rows) call.fail("the lists must have as many items as each other");
    rows = size;
    first = false;
  }
  std::vector<Node> items;
  for (std::size_t row = 0; row < rows; ++row)
    items.push_back(make_text(format_values(call, row, true)));
  return make_list(std::move(items));
}

}  // namespace cooper::hcl
