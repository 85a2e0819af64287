#include "builder/source/pull_blobs.h"

#include "base/error.h"

namespace cooper::source {
namespace {

class CountingSink final : public base::Sink {
 public:
  explicit CountingSink(base::Sink& inner) : inner_(inner) {}
  void write(std::span<const std::byte> bytes) override {
    count_ += bytes.size();
    inner_.write(bytes);
  }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  base::Sink& inner_;
  std::uint64_t count_ = 0;
};

}  // namespace

void PullBlobs::fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) {
  CountingSink counting(sink);
  for (std::size_t i = 0;; ++i) {
    try {
      return places_[i].get_blob(blob, counting, stop);
    } catch (const base::Error& error) {
      const bool last = i + 1 == places_.size();
      if (last || counting.count() > 0 || error.kind() == base::ErrorKind::cancelled) throw;
    }
  }
}

}  // namespace cooper::source
