#include "builder/layer/triple_search.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace cooper::layer {

void TripleSearch::add(std::string_view three, unsigned bucket) {
  const auto bit = static_cast<std::uint8_t>(1U << bucket);
  for (std::size_t k = 0; k < 3; ++k) {
    const auto byte = static_cast<unsigned char>(three.at(k));
    exact_[k][byte] |= bit;
    low_[k][byte & 15U] |= bit;
    high_[k][byte >> 4U] |= bit;
  }
  empty_ = false;
}

std::uint8_t TripleSearch::buckets(std::string_view text, std::size_t at) const {
  const auto fits = [&](std::size_t k) {
    return exact_[k][static_cast<unsigned char>(text[at + k])];
  };
  return static_cast<std::uint8_t>(fits(0) & fits(1) & fits(2));
}

#if defined(__x86_64__)

// A byte's buckets are those of its lower half and its upper half together: two look-ups in tables
// of 16, which the processor does for 32 bytes at once.
__attribute__((target("avx2"))) std::size_t TripleSearch::next_wide(std::string_view text,
                                                                    std::size_t from) const {
  const __m256i half = _mm256_set1_epi8(0x0F);
  __m256i low[3], high[3];
  for (std::size_t k = 0; k < 3; ++k) {
    low[k] = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(low_[k].data())));
    high[k] = _mm256_broadcastsi128_si256(
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(high_[k].data())));
  }
  for (; from + 34 <= text.size(); from += 32) {
    __m256i all = _mm256_set1_epi8(-1);
    for (std::size_t k = 0; k < 3; ++k) {
      const __m256i bytes =
          _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text.data() + from + k));
      const __m256i lower = _mm256_shuffle_epi8(low[k], _mm256_and_si256(bytes, half));
      const __m256i upper =
          _mm256_shuffle_epi8(high[k], _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));
      all = _mm256_and_si256(all, _mm256_and_si256(lower, upper));
    }
    if (_mm256_testz_si256(all, all) != 0) continue;
    auto places = ~static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(all, _mm256_setzero_si256())));
    for (; places != 0; places &= places - 1) {
      const std::size_t at = from + static_cast<std::size_t>(__builtin_ctz(places));
      if (buckets(text, at) != 0) return at;
    }
  }
  return from;
}

#else

std::size_t TripleSearch::next_wide(std::string_view, std::size_t from) const { return from; }

#endif

std::size_t TripleSearch::next(std::string_view text, std::size_t from) const {
  if (empty_) return text.size();
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  if (wide) from = next_wide(text, from);
#endif
  for (; from + 3 <= text.size(); ++from) {
    if (buckets(text, from) != 0) return from;
  }
  return text.size();
}

}  // namespace cooper::layer
