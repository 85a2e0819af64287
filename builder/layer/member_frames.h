// The members of a tar as they go from the process that reads a layer to the builder: a letter, a
// length, bytes.
#pragma once

#include <string>
#include <vector>

#include "base/sink.h"
#include "base/source.h"
#include "builder/layer/layer_content.h"

namespace cooper::layer {

class MemberFrames final : public MemberVisitor {
 public:
  explicit MemberFrames(base::Sink& sink) : sink_(sink) {}
  void begin(const std::string& path) override;
  void feed(std::span<const std::byte> bytes) override;
  void end() override;
  // Writes what is held back; at the end.
  void flush();

 private:
  void put(char what, std::span<const std::byte> bytes);

  base::Sink& sink_;
  std::vector<std::byte> held_;
};

// Not trusted: throws base::Error(corrupt) for what is none. False when the bytes stop within a
// member.
[[nodiscard]] bool visit_frames(base::Source& source, MemberVisitor& visitor);

}  // namespace cooper::layer
