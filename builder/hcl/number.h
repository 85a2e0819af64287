// Numbers of HCL and JSON. They are kept with 64 bits of mantissa: whole numbers up to 2^64 are
// exact, others have 18 decimal digits (HCL itself keeps 512 bits).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "builder/hcl/node.h"

namespace cooper::hcl {

inline constexpr long double kMaxNumber = 1e100L;

// Decimal digits with an optional sign, fraction and exponent; nothing for other texts and for what
// is larger than kMaxNumber.
[[nodiscard]] std::optional<long double> parse_number(std::string_view text);

// In decimal without an exponent: "3", "0.25", "-1200000".
[[nodiscard]] std::string number_text(long double number);

// `number` must be finite and at most kMaxNumber.
[[nodiscard]] Node make_number(long double number);

}  // namespace cooper::hcl
