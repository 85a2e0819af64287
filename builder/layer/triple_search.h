// Finds where one of a few three-byte texts stands, at the speed of memory: each byte is looked at
// once whatever the number of texts, 32 at a time where the processor has AVX2. Pure; for any
// number of threads once it is filled.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cooper::layer {

class TripleSearch {
 public:
  // `bucket` is 0 to 7. Texts of one bucket may be mixed up (a byte of each): the caller compares.
  void add(std::string_view three, unsigned bucket);
  [[nodiscard]] bool empty() const { return empty_; }

  // The first place at or after `from` where a text may stand; text.size() if there is none.
  [[nodiscard]] std::size_t next(std::string_view text, std::size_t from) const;
  // One bit for each bucket whose texts may stand at `at`, which next() gave.
  [[nodiscard]] std::uint8_t buckets(std::string_view text, std::size_t at) const;

 private:
  using Nibbles = std::array<std::uint8_t, 16>;
  [[nodiscard]] std::size_t next_wide(std::string_view text, std::size_t from) const;

  // By position in the text: the buckets a byte fits, and the same by its lower and upper half.
  std::array<std::array<std::uint8_t, 256>, 3> exact_{};
  std::array<Nibbles, 3> low_{}, high_{};
  bool empty_ = true;
};

}  // namespace cooper::layer
