// Sink: bytes out. Written front to back by one thread; finish() is called once, at the good end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/fd.h"
#include "base/source.h"

namespace cooper::base {

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  // Takes all of `bytes` or throws Error.
  virtual void write(std::span<const std::byte> bytes) = 0;
  // The stream is complete: flush what is buffered. A sink destroyed without finish() was
  // abandoned.
  virtual void finish() {}
};

class StringSink final : public Sink {
 public:
  void write(std::span<const std::byte> bytes) override { text_ += as_text(bytes); }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::string take() noexcept { return std::move(text_); }

 private:
  std::string text_;
};

// Writes to a descriptor it owns. `name` is for error texts.
class FdSink final : public Sink {
 public:
  FdSink(Fd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {}
  void write(std::span<const std::byte> bytes) override;
  [[nodiscard]] const Fd& fd() const noexcept { return fd_; }

 private:
  Fd fd_;
  std::string name_;
};

class NullSink final : public Sink {
 public:
  void write(std::span<const std::byte>) override {}
};

// Moves everything from `source` to `sink` (finish() is the caller's) and returns the byte count.
std::uint64_t copy(Source& source, Sink& sink);

// All of `bytes` to `fd`, retrying short writes. Throws Error naming `name`.
void write_all(int fd, std::span<const std::byte> bytes, const std::string& name);

}  // namespace cooper::base
