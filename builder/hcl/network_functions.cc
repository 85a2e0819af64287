// Functions of address ranges, for IPv4.
#include <array>
#include <charconv>
#include <utility>

#include "builder/hcl/functions.h"

namespace cooper::hcl {
namespace {

struct Range {
  std::uint64_t address = 0;
  unsigned length = 0;  // of the prefix
};

std::uint64_t mask_of(unsigned length) {
  return length == 0 ? 0 : (0xffffffffULL << (32 - length)) & 0xffffffffULL;
}

// A number of at most `most` without a sign or a leading zero, off the front of `text`.
bool take_number(std::string_view& text, std::uint64_t most, std::uint64_t& value) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || value > most) return false;
  const auto length = static_cast<std::size_t>(read.ptr - text.data());
  if (length > 1 && text.front() == '0') return false;
  text.remove_prefix(length);
  return true;
}

Range parse_range(const Call& call) {
  const std::string written = call.text(0);
  if (written.find(':') != std::string::npos) call.refuse("IPv6 is not supported");
  Range range;
  std::string_view text = written;
  bool valid = true;
  for (int part = 0; part < 4; ++part) {
    std::uint64_t value = 0;
    valid = valid && take_number(text, 255, value) && text.starts_with(part < 3 ? '.' : '/');
    if (!valid) break;
    text.remove_prefix(1);
    range.address = range.address << 8U | value;
  }
  std::uint64_t length = 0;
  if (!valid || !take_number(text, 32, length) || !text.empty())
    call.fail("'" + written + "' is no range of addresses (10.0.0.0/16)");
  range.length = static_cast<unsigned>(length);
  range.address &= mask_of(range.length);
  return range;
}

std::string address_text(std::uint64_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8)
    text +=
        (text.empty() ? "" : ".") + std::to_string(address >> static_cast<unsigned>(shift) & 255U);
  return text;
}

std::string range_text(const Range& range) {
  return address_text(range.address) + "/" + std::to_string(range.length);
}

Node cidrhost(Call& call) {
  const Range range = parse_range(call);
  const std::int64_t host = call.integer(1);
  const std::int64_t size = std::int64_t{1} << (32 - range.length);
  if (host >= size || host < -size) {
    call.fail("a range of /" + std::to_string(range.length) + " has no host " +
              std::to_string(host));
  }
  const std::int64_t place = host < 0 ? host + size : host;
  return make_text(address_text(range.address + static_cast<std::uint64_t>(place)));
}

Node cidrnetmask(Call& call) { return make_text(address_text(mask_of(parse_range(call).length))); }

unsigned longer(const Call& call, const Range& range, std::int64_t bits) {
  if (bits < 0 || bits > 32 || range.length + bits > 32) {
    call.fail("a prefix of /" + std::to_string(range.length) + " cannot be " +
              std::to_string(bits) + " bits longer");
  }
  return range.length + static_cast<unsigned>(bits);
}

Node cidrsubnet(Call& call) {
  Range range = parse_range(call);
  const std::int64_t bits = call.integer(1);
  const std::int64_t number = call.integer(2);
  const unsigned length = longer(call, range, bits);
  if (number < 0 || number >= (std::int64_t{1} << bits)) {
    call.fail(std::to_string(bits) + " bits are too few for the number " + std::to_string(number));
  }
  range.address |= static_cast<std::uint64_t>(number) << (32 - length);
  range.length = length;
  return make_text(range_text(range));
}

Node cidrsubnets(Call& call) {
  const Range range = parse_range(call);
  const std::uint64_t end = range.address + (std::uint64_t{1} << (32 - range.length));
  std::uint64_t next = range.address;
  std::vector<Node> items;
  for (std::size_t at = 1; at < call.count(); ++at) {
    const std::int64_t bits = call.integer(at);
    if (bits < 1) call.fail("argument " + std::to_string(at + 1) + " must be at least 1");
    const unsigned length = longer(call, range, bits);
    const std::uint64_t size = std::uint64_t{1} << (32 - length);
    const std::uint64_t begin = (next + size - 1) / size * size;
    if (begin + size > end) call.fail("there is no room for argument " + std::to_string(at + 1));
    items.push_back(make_text(range_text({begin, length})));
    next = begin + size;
  }
  return make_list(std::move(items));
}

}  // namespace

FunctionTable network_functions() {
  return {{"cidrhost", {2, 2, cidrhost}},
          {"cidrnetmask", {1, 1, cidrnetmask}},
          {"cidrsubnet", {3, 3, cidrsubnet}},
          {"cidrsubnets", {1, kAnyCount, cidrsubnets}}};
}

}  // namespace cooper::hcl
