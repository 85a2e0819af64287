// Source: bytes in. Streams are read once, front to back, by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace cooper::base {

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Fills up to buffer.size() bytes (buffer not empty); 0 means end. Throws Error.
  [[nodiscard]] virtual std::size_t read(std::span<std::byte> buffer) = 0;
};

// Reads an open descriptor. `name` is for error texts.
class FdSource final : public Source {
 public:
  FdSource(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

 private:
  Fd fd_;
  std::string name_;
};

// Reads memory that outlives the source.
class StringSource final : public Source {
 public:
  explicit StringSource(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

 private:
  std::string_view rest_;
};

// Passes `inner` on and throws Error(limit) once more than `limit` bytes came.
class LimitedSource final : public Source {
 public:
  LimitedSource(Source& inner, std::uint64_t limit, std::string name)
      : inner_(inner), left_(limit), name_(std::move(name)) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;

 private:
  Source& inner_;
  std::uint64_t left_;
  std::string name_;
};

// Everything up to the end, at most `limit` bytes (Error(limit) beyond).
[[nodiscard]] std::string read_all(Source& source, std::uint64_t limit, const std::string& name);

[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

}  // namespace cooper::base
