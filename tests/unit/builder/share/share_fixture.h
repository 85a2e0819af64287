// Caches of a few steps, and their blobs in memory.
#pragma once

#include "builder/share/cache_writer.h"
#include "oci/media_type.h"

namespace cooper::share::test {

inline constexpr std::int64_t kNow = 1'700'000'000;

inline oci::DiffId layer_of(const std::string& text) {
  return oci::DiffId::parse(oci::Digest::of_bytes("layer " + text).to_string());
}
inline std::string key_of(const std::string& text) {
  return oci::Digest::of_bytes("key " + text).hex();
}

class OwnText final : public base::Source {
 public:
  explicit OwnText(std::string text) : text_(std::move(text)), source_(text_) {}
  std::size_t read(std::span<std::byte> buffer) override { return source_.read(buffer); }

 private:
  std::string text_;
  base::StringSource source_;
};

// The step `name`, whose layer's blob is the text `name`.
inline CacheUpdate update_of(const std::string& name, std::int64_t now = kNow) {
  CacheUpdate update;
  update.now = now;
  update.keep_seconds = 30 * 86'400;
  const oci::Descriptor blob{std::string(oci::media_type::kLayerTar), oci::Digest::of_bytes(name),
                             name.size()};
  const cache::StepRecord record{cache::StepKey{key_of(name)}, layer_of(name), now, name};
  cache::add_step(update.fresh, record, blob, now);
  CacheBlob entry{
      blob, [name](std::uint64_t offset) { return std::make_unique<OwnText>(name.substr(offset)); },
      [](std::stop_token) {}};
  update.blobs.insert_or_assign(layer_of(name), std::move(entry));
  return update;
}

}  // namespace cooper::share::test
