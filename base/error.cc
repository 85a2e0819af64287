#include "base/error.h"

#include <cerrno>
#include <cstring>

#include "base/utf8.h"

namespace cooper::base {
namespace {

std::string describe_errno(int error_number) {
  char buffer[256] = {};
  return strerror_r(error_number, buffer, sizeof buffer);  // GNU form: returns the text
}

ErrorKind kind_of(int error_number) {
  switch (error_number) {
    case ENOENT: return ErrorKind::not_found;
    case EACCES:
    case EPERM: return ErrorKind::denied;
    default: return ErrorKind::system;
  }
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

bool is_unsafe(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x200b && code <= 0x200f) ||
         (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x2069) || code == 0xfeff;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto [code, length] = decode_utf8(text);
    const bool valid = length > 0;
    const std::size_t take = valid ? length : 1;
    if (valid && !is_unsafe(code)) {
      out.append(text.substr(0, take));
    } else {
      for (char c : text.substr(0, take)) append_hex(out, static_cast<unsigned char>(c));
    }
    text.remove_prefix(take);
  }
  return out;
}

Error::Error(ErrorKind kind, std::string doing, std::string thing, std::string cause)
    : kind_(kind),
      doing_(std::move(doing)),
      thing_(std::move(thing)),
      cause_(std::move(cause)),
      what_(doing_) {
  if (!thing_.empty()) what_ += " '" + printable(thing_) + "'";
  if (!cause_.empty()) what_ += ": " + printable(cause_);
}

Error& Error::with_hint(std::string hint) {
  hint_ = std::move(hint);
  return *this;
}

Error& Error::with_spot(SourceSpot spot) {
  spot_ = std::move(spot);
  return *this;
}

Error system_error(std::string doing, std::string thing, int error_number) {
  Error error(kind_of(error_number), std::move(doing), std::move(thing),
              describe_errno(error_number));
  error.errno_ = error_number;
  if (error_number == ENOSPC || error_number == EDQUOT) {
    error.with_hint("free space there, or let cooper use another directory with --root");
  }
  return error;
}

void throw_errno(std::string doing, std::string thing) {
  throw system_error(std::move(doing), std::move(thing), errno);
}

}  // namespace cooper::base
