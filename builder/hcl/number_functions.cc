// Functions of numbers.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "builder/hcl/functions.h"
#include "builder/hcl/number.h"

namespace cooper::hcl {
namespace {

Node checked(const Call& call, long double result) {
  if (!(std::fabs(result) <= kMaxNumber)) call.fail("the result is no number or larger than 1e100");
  return make_number(result);
}

Node add(Call& call) { return checked(call, call.number(0) + call.number(1)); }
Node subtract(Call& call) { return checked(call, call.number(0) - call.number(1)); }
Node multiply(Call& call) { return checked(call, call.number(0) * call.number(1)); }

Node divide(Call& call) {
  if (std::fabs(call.number(1)) <= 0) call.fail("division by zero");
  return checked(call, call.number(0) / call.number(1));
}

Node modulo(Call& call) {
  if (std::fabs(call.number(1)) <= 0) call.fail("division by zero");
  return checked(call, std::fmod(call.number(0), call.number(1)));
}

// The decimal that a result in double precision stands for.
Node from_double(const Call& call, double result) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), result);
  const auto number =
      parse_number({buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())});
  if (!number) call.fail("the result is no number or larger than 1e100");
  return make_number(*number);
}

// In double precision, as Go has them.
Node logarithm(Call& call) {
  const double number = static_cast<double>(call.number(0));
  const double base = static_cast<double>(call.number(1));
  return from_double(call, std::log(number) / std::log(base));
}

Node power(Call& call) {
  return from_double(
      call, std::pow(static_cast<double>(call.number(0)), static_cast<double>(call.number(1))));
}

Node parse_int(Call& call) {
  const std::string text = call.text(0);
  const std::int64_t base = call.integer(1);
  if (base < 2 || base > 62) call.fail("the base must be from 2 to 62");
  const bool negative = text.starts_with('-');
  long double value = 0;
  bool valid = text.size() > (negative ? 1U : 0U);
  for (const char c : std::string_view(text).substr(negative ? 1 : 0)) {
    std::int64_t digit = 99;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'z') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'Z') digit = c - 'A' + (base <= 36 ? 10 : 36);
    valid = valid && digit < base;
    value = value * static_cast<long double>(base) + static_cast<long double>(digit);
  }
  if (!valid) call.fail("'" + text + "' is no whole number of base " + std::to_string(base));
  return checked(call, negative ? -value : value);
}

Node most(Call& call, bool largest) {
  long double found = call.number(0);
  for (std::size_t at = 1; at < call.count(); ++at)
    found = largest ? std::max(found, call.number(at)) : std::min(found, call.number(at));
  return make_number(found);
}

Node signum(Call& call) {
  const long double number = call.number(0);
  return make_number(static_cast<long double>((number > 0) - (number < 0)));
}

}  // namespace

FunctionTable number_functions() {
  return {
      {"absolute", {1, 1, [](Call& call) { return make_number(std::fabs(call.number(0))); }}},
      {"add", {2, 2, add}},
      {"subtract", {2, 2, subtract}},
      {"multiply", {2, 2, multiply}},
      {"divide", {2, 2, divide}},
      {"modulo", {2, 2, modulo}},
      {"negate", {1, 1, [](Call& call) { return make_number(-call.number(0)); }}},
      {"ceil", {1, 1, [](Call& call) { return make_number(std::ceil(call.number(0))); }}},
      {"floor", {1, 1, [](Call& call) { return make_number(std::floor(call.number(0))); }}},
      {"int", {1, 1, [](Call& call) { return make_number(std::trunc(call.number(0))); }}},
      {"log", {2, 2, logarithm}},
      {"pow", {2, 2, power}},
      {"parseint", {2, 2, parse_int}},
      {"max", {1, kAnyCount, [](Call& call) { return most(call, true); }}},
      {"min", {1, kAnyCount, [](Call& call) { return most(call, false); }}},
      {"signum", {1, 1, signum}},
  };
}

}  // namespace cooper::hcl
